import type { CheckedHistory, ShownPartition } from '../contract/index.ts';
import { count } from './text.ts';

/** Refused operations that a terminal shows; the page shows all. */
const SHOWN_REFUSED = 5;

const WHY = {
  time: 'the limit of time was met before the end of the search: --time-limit raises it',
  memory: 'the limit of memory was met before the end of the search: --memory-limit raises it',
  nothing: 'there was no operation to examine',
} as const;

/** A judged history as lines of a terminal: the verdict first, then where an illegal one is stuck. */
export function historyText(checked: CheckedHistory): string {
  const { verdict, why, file, format, model, examined, aside, partitions, tookMs, memoryBytes } = checked;
  const head = { ok: 'linearizable', illegal: 'NOT linearizable', unknown: 'unknown' }[verdict];
  const lines = [
    `${head}: ${file}`,
    `  ${count(examined, 'operation')} in ${count(partitions.length, 'part')} against ${model}, ${format}; ${aside} aside`,
    `  ${tookMs.toFixed(1)} ms, ${(memoryBytes / 1e6).toFixed(2)} MB remembered at most`,
    ...(why === undefined ? [] : [`  ${WHY[why]}`]),
    ...partitions.filter(({ verdict: each }) => each === 'illegal').flatMap(stuckLines),
  ];
  return `${lines.join('\n')}\n`;
}

function stuckLines({ label, calls, linearizations }: ShownPartition): readonly string[] {
  const [longest] = linearizations;
  if (longest === undefined) return [];
  const refused = longest.refused.flatMap((id) => calls.filter((call) => call.id === id));
  return [
    `  ${label}: an order for ${longest.steps.length} of ${count(calls.length, 'operation')}, then stuck in state ${longest.state}; one of these would have to follow:`,
    ...refused
      .slice(0, SHOWN_REFUSED)
      .map(({ text, process, line }) => `    ${line === undefined ? '' : `line ${line}, `}process ${process}: ${text}`),
    ...(refused.length > SHOWN_REFUSED ? [`    and ${refused.length - SHOWN_REFUSED} more`] : []),
  ];
}
