import type { CaseFailure, LogLine, Running } from '../../contract/index.ts';

const ENDED = /^process ended: exit code ([1-9]\d*)$/;
/** What a service says itself before it exits: it could not start, and whoever supervises it tries again. */
const ORDERLY = /^The start failed: |"msg":"(draining|drained)/;
/** A message of Node about an error that nobody caught, and the stack below it. */
const STACK = /^\s+at |^\w*(Error|Exception)\b|^Uncaught |^\[?\w+Error/;
const LINES_BEFORE = 40;

/** Services that ended by an error which nobody caught. */
export function crashes(running: Running): readonly CaseFailure[] {
  return running.deployment.components.flatMap((spec) => {
    if (spec.kind !== 'service') return [];
    const bySource = Map.groupBy(running.log(spec.name), ({ source }) => source);
    return [...bySource].flatMap(([source, lines]) =>
      lines.flatMap((line, i) => crash(spec.name, source, line, lines.slice(Math.max(0, i - LINES_BEFORE), i))),
    );
  });
}

function crash(component: string, source: string, line: LogLine, before: readonly LogLine[]): readonly CaseFailure[] {
  if (!ENDED.test(line.text)) return [];
  const own = before.filter(({ at }) => at === line.at).map(({ text }) => text);
  if (own.some((text) => ORDERLY.test(text))) return [];
  const said = own.filter((text) => !text.startsWith('{'));
  const first = said.find((text) => STACK.test(text) && !/^\s+at /.test(text)) ?? said[0] ?? 'without a word';
  return [{ check: `crash:${component}`, what: `${source} crashed: ${first}`, at: line.at }];
}
