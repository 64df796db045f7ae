import { readFileSync, writeFileSync } from 'node:fs';
import type { CaseFailure, ExplorationCase } from '../../contract/index.ts';
import { UsageError } from '../commands/usage-error.ts';

/** What a failure is written as: small enough to be read, and enough to be shown again. */
export interface Counterexample {
  readonly format: 1;
  readonly kind: 'faultline-counterexample';
  readonly failure: Pick<CaseFailure, 'check' | 'what'>;
  /** Of the trace, as it was when it was confirmed. */
  readonly hash: string;
  /** Hash of the sources: with others the trace may differ. */
  readonly code: string;
  readonly case: ExplorationCase;
}

/** Path of the file is the caller's to choose. A line a command and a fault: a change of one is a change of one line. */
export function writeCounterexample(file: string, counterexample: Counterexample): void {
  const { case: drawn, ...head } = counterexample;
  const { commands, faults, ...rest } = drawn;
  const lines = (items: readonly unknown[]): string =>
    items.length === 0 ? '[]' : `[\n${items.map((item) => `      ${JSON.stringify(item)}`).join(',\n')}\n    ]`;
  const text = Object.entries(rest).map(([name, value]) => `    ${JSON.stringify(name)}: ${JSON.stringify(value)},`);
  writeFileSync(
    file,
    `{
${Object.entries(head)
  .map(([name, value]) => `  ${JSON.stringify(name)}: ${JSON.stringify(value)},`)
  .join('\n')}
  "case": {
${text.join('\n')}
    "commands": ${lines(commands)},
    "faults": ${lines(faults)}
  }
}
`,
  );
}

/** Undefined: the file is something else. @throws UsageError where it says to be one and is none */
export function readCounterexample(file: string): Counterexample | undefined {
  let parsed: Partial<Counterexample>;
  try {
    parsed = JSON.parse(readFileSync(file, 'utf8')) as Partial<Counterexample>;
  } catch {
    return undefined;
  }
  if (parsed.kind !== 'faultline-counterexample') return undefined;
  const missing = (['failure', 'hash', 'case'] as const).filter((name) => parsed[name] === undefined);
  if (parsed.format !== 1 || missing.length > 0)
    throw new UsageError(
      `${file}: expected a counterexample of format 1 with failure, hash and case, found format ${String(parsed.format)}${missing.length > 0 ? ` without ${missing.join(', ')}` : ''}; write it anew with faultline explore`,
    );
  const { case: drawn } = parsed;
  const odd = (['commands', 'faults'] as const).find((name) => !Array.isArray(drawn?.[name]));
  if (odd !== undefined)
    throw new UsageError(
      `${file}: expected case.${odd} to be a list, found none; write it anew with faultline explore`,
    );
  return parsed as Counterexample;
}
