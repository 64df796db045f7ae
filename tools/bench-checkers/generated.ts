import type { Operation } from '../../contract/index.ts';

/** How a generated history looks. */
export interface Shape {
  readonly model: 'cas-register' | 'kv';
  readonly operations: number;
  readonly processes: number;
  /** Share of operations of which nobody knows. */
  readonly lost: number;
  readonly keys: number;
  /** The last read is changed to a value that was never there: every order has to be refuted. */
  readonly illegal: boolean;
  readonly seed: number;
}

interface Running {
  readonly id: number;
  readonly effect: () => Readonly<Record<string, unknown>>;
  result?: Readonly<Record<string, unknown>>;
}

/** A history of processes that use one correct object; effects and answers come in an order drawn from the seed. */
export function generated(shape: Shape): readonly Operation[] {
  const random = mulberry(shape.seed);
  const draw = (n: number): number => Math.floor(random() * n);
  const state = new Map<string, string | number>();
  const operations: Operation[] = [];
  const running = new Map<number, Running>();
  for (let at = 0; operations.length < shape.operations || running.size > 0; at += 1) {
    const process = draw(shape.processes);
    const own = running.get(process);
    if (own === undefined) {
      if (operations.length === shape.operations) continue;
      const id = operations.length;
      const key = String(draw(shape.keys));
      const { name, input, effect } =
        shape.model === 'kv' ? kvCall(state, key, id, draw) : registerCall(state, key, draw);
      operations.push({ id, process: String(process), name, input: { ...input, key }, invokedAt: at, outcome: 'info' });
      running.set(process, { id, effect });
    } else if (own.result === undefined) own.result = own.effect();
    else {
      if (random() >= shape.lost)
        operations[own.id] = {
          ...(operations[own.id] as Operation),
          outcome: 'ok',
          result: own.result,
          completedAt: at,
        };
      running.delete(process);
    }
  }
  return shape.illegal ? spoilt(operations) : operations;
}

interface DrawnCall {
  readonly name: string;
  readonly input: Readonly<Record<string, unknown>>;
  readonly effect: Running['effect'];
}

function registerCall(state: Map<string, string | number>, key: string, draw: (n: number) => number): DrawnCall {
  const name = (['read', 'write', 'cas'] as const)[draw(3)] ?? 'read';
  const [from, to] = [draw(5), draw(5)];
  if (name === 'read') return { name, input: {}, effect: () => ({ value: state.get(key) ?? null }) };
  if (name === 'write') return { name, input: { value: to }, effect: () => ({ value: state.set(key, to).get(key) }) };
  return {
    name,
    input: { value: [from, to] },
    effect() {
      const swapped = state.get(key) === from;
      if (swapped) state.set(key, to);
      return { swapped };
    },
  };
}

function kvCall(state: Map<string, string | number>, key: string, id: number, draw: (n: number) => number): DrawnCall {
  const held = (): string => String(state.get(key) ?? '');
  const name = draw(2) === 0 ? 'get' : draw(20) === 0 ? 'put' : 'append';
  const value = `x ${id} y`;
  if (name === 'get') return { name, input: {}, effect: () => ({ value: held() }) };
  return {
    name,
    input: { value },
    effect: () => ({ value: state.set(key, name === 'put' ? value : held() + value).get(key) }),
  };
}

/** With the last answered read changed. */
function spoilt(operations: readonly Operation[]): readonly Operation[] {
  const last = operations.findLast(({ name, outcome }) => outcome === 'ok' && (name === 'read' || name === 'get'));
  return operations.map((each) => (each === last ? { ...each, result: { value: 'never' } } : each));
}

function mulberry(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
