import type { CaseFailure, LogChecker, Running } from '../../contract/index.ts';

/** The first line of an error, as Node writes one that nobody caught. */
const ERROR = /^(?:Uncaught\b|\w*Error\b)/;

/** Services whose logs tell of an error that nobody handled, by the checker that judges the rows' logs too. */
export function crashes(running: Pick<Running, 'deployment' | 'log'>, checker: LogChecker): readonly CaseFailure[] {
  return running.deployment.components.flatMap(({ kind, name }): CaseFailure[] => {
    if (kind !== 'service') return [];
    const texts = running.log(name).map(({ text }) => text);
    const result = checker({ [name]: texts });
    if (result.verdict !== 'illegal') return [];
    const error = texts.find((text) => ERROR.test(text));
    return [{ check: `crash:${name}`, what: `${result.first.what}${error === undefined ? '' : ` (${error})`}` }];
  });
}
