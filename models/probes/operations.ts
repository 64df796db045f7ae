import type { Evidence, Observation, Operation, Probe } from '../../contract/index.ts';

export interface OperationsProbe {
  /** Only those that `matches` accepts; the title says which. */
  where(title: string, matches: (operation: Operation) => boolean): OperationsProbe;
  /** None is refused. An operation whose outcome nobody knows is no look. */
  allSucceed(): Probe;
  /** Each is refused with this code. */
  answeredWith(code: string): Probe;
  /** None is refused with this code. */
  notAnsweredWith(code: string): Probe;
  /** Each succeeds and its result has this value. */
  resultIs(field: string, value: unknown): Probe;
  /** Each satisfies `holds`. Undefined: the operation says nothing. `plant` gives an operation that violates it. */
  each(title: string, holds: (operation: Operation) => boolean | undefined, plant?: Partial<Operation>): Probe;
}

/** Looks at operations of one name, each at the instant of its invocation. */
export function operations(name: string): OperationsProbe {
  return filtered(name, name, () => true);
}

function filtered(name: string, subject: string, matches: (operation: Operation) => boolean): OperationsProbe {
  const each: OperationsProbe['each'] = (title, holds, plant) => {
    const observe = ({ operations: all }: Evidence, from: number, to: number): Observation[] =>
      all.flatMap((operation) => {
        if (operation.name !== name || operation.invokedAt < from || operation.invokedAt >= to || !matches(operation))
          return [];
        const verdict = holds(operation);
        return verdict === undefined ? [] : [{ at: operation.invokedAt, holds: verdict, seen: describe(operation) }];
      });
    const probe: Probe = { title, observe: async (evidence, _running, from, to) => observe(evidence, from, to) };
    if (!plant) return probe;
    return {
      ...probe,
      plant: (evidence) =>
        withPlanted(evidence, (operation) => operation.name === name && matches(operation), { name, ...plant }),
    };
  };
  return {
    where: (title, more) => filtered(name, `${subject} ${title}`, (operation) => matches(operation) && more(operation)),
    each,
    allSucceed: () =>
      each(`every ${subject} succeeds`, ({ outcome }) => (outcome === 'info' ? undefined : outcome === 'ok'), {
        outcome: 'fail',
        error: 'PLANTED',
      }),
    answeredWith: (code) =>
      each(
        `every ${subject} is refused with ${code}`,
        ({ outcome, error }) => (outcome === 'info' ? undefined : error === code),
        { outcome: 'ok', result: {} },
      ),
    notAnsweredWith: (code) =>
      each(
        `no ${subject} is refused with ${code}`,
        ({ outcome, error }) => (outcome === 'info' ? undefined : error !== code),
        { outcome: 'fail', error: code },
      ),
    resultIs: (field, value) =>
      each(
        `every ${subject} has ${field} ${JSON.stringify(value)}`,
        ({ outcome, result }) => (outcome === 'info' ? undefined : outcome === 'ok' && result?.[field] === value),
        { outcome: 'fail', error: 'PLANTED' },
      ),
  };
}

/** A copy of a matching operation (so that the probe's filters accept it) that is made to violate. */
function withPlanted(
  evidence: Evidence,
  matches: (operation: Operation) => boolean,
  change: Partial<Operation>,
): Evidence {
  const model = evidence.operations.findLast(
    (operation) => matches(operation) && operation.invokedAt >= (evidence.instants.steady ?? 0),
  );
  const at = evidence.instants.injected ?? 0;
  const planted: Operation = {
    ...(model ?? { process: 'planted', name: '', input: {}, invokedAt: at, completedAt: at, outcome: 'ok' }),
    ...change,
    id: -1,
  };
  return { ...evidence, operations: [...evidence.operations, planted] };
}

function describe({ outcome, error, result }: Operation): string {
  if (outcome === 'ok') return `ok ${JSON.stringify(result ?? {})}`.slice(0, 80);
  return `${outcome} ${error ?? 'without an answer'}`;
}
