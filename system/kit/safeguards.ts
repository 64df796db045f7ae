/** Safeguards: mitigations that the failure-mode document names, on by default, each switched off by configuration alone. */
import { Gauge, type Registry } from 'prom-client';
import { ConfigurationError } from './config.ts';

/** Declared where the mitigation lives. */
export interface Safeguard {
  /** Kebab-case, as in `SAFEGUARDS_OFF`. */
  readonly name: string;
  /** What is missing when it is off. */
  readonly protects: string;
}

/** The safeguards of one process and which of them are on. */
export class Safeguards {
  readonly #off: ReadonlySet<string>;
  readonly declared: readonly Safeguard[];

  /** @throws ConfigurationError when `off` has a name that is not declared */
  constructor(declared: readonly Safeguard[], off: readonly string[]) {
    this.declared = declared;
    const known = new Set(declared.map((safeguard) => safeguard.name));
    const unknown = off.filter((name) => !known.has(name));
    if (unknown.length > 0) {
      throw new ConfigurationError([
        `SAFEGUARDS_OFF names ${unknown.join(', ')}, which this process does not declare; it declares ${[...known].toSorted().join(', ')}`,
      ]);
    }
    this.#off = new Set(off);
  }

  on(safeguard: Safeguard): boolean {
    return !this.#off.has(safeguard.name);
  }

  /** Exports `safeguard_enabled{name}`: 1 on, 0 off. */
  export(registry: Registry): void {
    const gauge = new Gauge({
      name: 'safeguard_enabled',
      help: 'Safeguards of this process: 1 on, 0 switched off by SAFEGUARDS_OFF',
      labelNames: ['name'],
      registers: [registry],
    });
    for (const safeguard of this.declared) gauge.set({ name: safeguard.name }, this.on(safeguard) ? 1 : 0);
  }
}
