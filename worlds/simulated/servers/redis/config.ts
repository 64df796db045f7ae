import { globMatch } from './glob.ts';
import type { Memory } from './memory.ts';
import { POLICIES } from './memory.ts';
import type { Notifications } from './notifications.ts';

/** One parameter: how it reads back, and how it is set. `set` returns what is wrong with the value, if anything. */
interface Parameter {
  get(): string;
  set?(value: string): string | undefined;
}

const UNITS: Readonly<Record<string, number>> = {
  '': 1,
  b: 1,
  k: 1000,
  kb: 1024,
  m: 1e6,
  mb: 1024 ** 2,
  g: 1e9,
  gb: 1024 ** 3,
};

/** Bytes of '100mb' and the like, or undefined. */
export function parseMemory(text: string): number | undefined {
  const match = /^(\d{1,15})([a-z]*)$/i.exec(text);
  const unit = UNITS[match?.[2]?.toLowerCase() ?? '?'];
  return match === null || unit === undefined ? undefined : Number(match[1]) * unit;
}

/** The parameters that this server has; others are unknown to it rather than accepted without effect. */
export class Config {
  readonly #parameters: ReadonlyMap<string, Parameter>;

  constructor(notifications: Notifications, memory: Memory, databases: number) {
    this.#parameters = new Map<string, Parameter>([
      ['appendonly', fixed('no')],
      ['databases', fixed(String(databases))],
      [
        'maxmemory',
        {
          get: () => String(memory.limit),
          set: (value) => {
            const bytes = parseMemory(value);
            if (bytes === undefined) return 'argument must be a memory value';
            memory.limit = bytes;
            return undefined;
          },
        },
      ],
      [
        'maxmemory-policy',
        {
          get: () => memory.policy,
          set: (value) => {
            const policy = POLICIES.find((known) => known === value.toLowerCase());
            if (policy === undefined) return `argument(s) must be one of the following: ${POLICIES.join(', ')}`;
            memory.policy = policy;
            return undefined;
          },
        },
      ],
      [
        'notify-keyspace-events',
        {
          get: () => notifications.flags,
          set: (value) =>
            notifications.configure(value) ? undefined : `Invalid event class character. Use 'Ag$lshzxeKEtmdn'.`,
        },
      ],
      ['save', fixed('')],
    ]);
  }

  /** Names and values, in turn, of the parameters that match one of the globs. */
  get(patterns: readonly string[]): string[] {
    const found: string[] = [];
    for (const [name, parameter] of this.#parameters) {
      if (patterns.some((pattern) => globMatch(pattern.toLowerCase(), name))) found.push(name, parameter.get());
    }
    return found;
  }

  /** Sets all or none. Returns the reason why not, without the code. */
  set(pairs: readonly (readonly [name: string, value: string])[]): string | undefined {
    const before: (() => void)[] = [];
    for (const [name] of pairs) {
      if (!this.#parameters.has(name.toLowerCase())) {
        return `Unknown option or number of arguments for CONFIG SET - '${name}'`;
      }
    }
    for (const [name, value] of pairs) {
      const parameter = this.#parameters.get(name.toLowerCase());
      const old = parameter?.get() ?? '';
      const problem = parameter?.set === undefined ? immutable(old, value) : parameter.set(value);
      if (problem !== undefined) {
        for (const undo of before) undo();
        return `CONFIG SET failed (possibly related to argument '${name}') - ${problem}`;
      }
      before.push(() => parameter?.set?.(old));
    }
    return undefined;
  }
}

function fixed(value: string): Parameter {
  return { get: () => value };
}

/** Setting what already holds is harmless; anything else this server cannot do. */
function immutable(old: string, value: string): string | undefined {
  return old === value ? undefined : "can't set immutable config";
}
