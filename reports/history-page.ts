import type { CheckedHistory, ShownCall, ShownLinearization, ShownPartition } from '../contract/index.ts';
import { HISTORY_PAGE_SCRIPT, HISTORY_PAGE_STYLE } from './history-page-style.ts';
import { count } from './text.ts';

const LABEL_PX = 90;
const MOMENT_PX = 34;
const ROW_PX = 38;
const BAR_PX = 28;
/** Of a point below the top of its bar: the text stands above it. */
const POINT_PX = 21;
/** Between two linearization points that fall between the same two moments, as a part of that distance. */
const POINT_GAP = 0.12;

const HEADLINES = {
  ok: '✓ linearizable',
  illegal: '✗ not linearizable',
  unknown: '? unknown',
} as const satisfies Record<CheckedHistory['verdict'], string>;

/**
 * A judged history as one HTML page that loads nothing: for each part the operations on a time line, a row a process, with
 * the linearization points in their order; for an illegal one the longest partial linearizations and what could not follow.
 * The time line counts beginnings and ends, so that what overlaps is seen; instants are in the tool tips.
 */
export function historyPage(checked: CheckedHistory): string {
  const { verdict, file, format, model, examined, aside } = checked;
  const order = { illegal: 0, unknown: 1, 'not examined': 2, ok: 3 } as const;
  const parts = checked.partitions.toSorted((a, b) => order[a.verdict] - order[b.verdict]);
  const why =
    checked.why === undefined
      ? ''
      : `: ${checked.why === 'nothing' ? 'nothing to examine' : `limit of ${checked.why}`}`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escaped(`${HEADLINES[verdict]}: ${file}`)}</title>
<style>${HISTORY_PAGE_STYLE}</style>
</head>
<body>
<h1 class="${verdict}">${HEADLINES[verdict]}${escaped(why)}</h1>
<p>${escaped(file)} (${escaped(format)}) against <b>${escaped(model)}</b>: ${count(examined, 'operation')} examined, ${aside} aside,
${count(checked.partitions.length, 'part')}; ${checked.tookMs.toFixed(1)} ms, ${(checked.memoryBytes / 1e6).toFixed(1)} MB.</p>
<p class="legend"><span class="bar sure"></span> returned <span class="bar open"></span> nobody knows
<span class="point">1</span> takes effect, in this order <span class="bar refused"></span> ✗ cannot follow</p>
${parts.map((part, i) => partHtml(part, i === 0)).join('\n')}
<script>${HISTORY_PAGE_SCRIPT}</script>
</body>
</html>
`;
}

function partHtml(part: ShownPartition, open: boolean): string {
  const { label, verdict, calls, linearizations } = part;
  const choice =
    linearizations.length < 2
      ? ''
      : `<p class="choice">${linearizations
          .map(
            (_, i) =>
              `<button type="button" data-shows="${i}"${i === 0 ? ' aria-pressed="true"' : ''}>longest ${i + 1}</button>`,
          )
          .join(' ')}</p>`;
  const shown = linearizations.length === 0 ? [undefined] : linearizations;
  const views = shown
    .map((each, i) => `<div class="view"${i === 0 ? '' : ' hidden'}>${viewHtml(calls, each, verdict)}</div>`)
    .join('\n');
  return `<details class="part"${open ? ' open' : ''}>
<summary><b>${escaped(label)}</b> <span class="${verdict}">${verdict}</span>, ${count(calls.length, 'operation')}</summary>
${choice}
${views}
</details>`;
}

function viewHtml(calls: readonly ShownCall[], linearization: ShownLinearization | undefined, verdict: string): string {
  const diagram = timeLine(calls, linearization);
  if (linearization === undefined) return diagram;
  const byId = new Map(calls.map((call) => [call.id, call]));
  const steps = linearization.steps
    .map(({ call, state }) => `<li>${callHtml(byId.get(call))} <span class="state">${escaped(state)}</span></li>`)
    .join('\n');
  const refused = linearization.refused.map((id) => `<li>✗ ${callHtml(byId.get(id))}</li>`).join('\n');
  const stuck =
    verdict === 'illegal'
      ? `<p class="illegal">${count(linearization.steps.length, 'operation')} of ${calls.length} have an order. Then it is stuck in state
<span class="state">${escaped(linearization.state)}</span>: one of these would have to follow, and none can.</p><ul>${refused}</ul>`
      : '';
  return `${stuck}\n${diagram}\n<details><summary>the order, with the state after each</summary><ol>${steps}</ol></details>`;
}

function callHtml(call: ShownCall | undefined): string {
  if (call === undefined) return '';
  const line = call.line === undefined ? '' : `, line ${call.line}`;
  return `${escaped(call.text)} <span class="where">process ${escaped(call.process)}${line}</span>`;
}

function timeLine(calls: readonly ShownCall[], linearization: ShownLinearization | undefined): string {
  const ends = calls.flatMap(({ from, to }) => (to === Infinity ? [from] : [from, to]));
  const moments = [...new Set(ends)].toSorted((a, b) => a - b);
  const places = new Map(moments.map((moment, i) => [moment, i]));
  const last = moments.length;
  const x = (place: number): number => LABEL_PX + (place + 0.5) * MOMENT_PX;
  const span = ({ from, to }: ShownCall): readonly [number, number] => [places.get(from) ?? 0, places.get(to) ?? last];
  const processes = [...new Set(calls.map(({ process }) => process))];
  const rowOf = new Map(processes.map((process, i) => [process, i]));
  const y = ({ process }: ShownCall): number => (rowOf.get(process) ?? 0) * ROW_PX + 24;
  const refused = new Set(linearization?.refused);
  const bars = calls.map((call) => {
    const [from, to] = span(call);
    const kind = refused.has(call.id) ? 'refused' : call.to === Infinity ? 'open' : 'sure';
    const until = call.to === Infinity ? 'open to the end' : call.to;
    const width = Math.max(4, (to - from) * MOMENT_PX);
    const line = call.line === undefined ? '' : `, line ${call.line}`;
    return `<g class="call"><title>${escaped(`${call.text}, process ${call.process}, ${call.from} to ${until}${line}`)}</title>
<rect class="${kind}" x="${x(from)}" y="${y(call)}" width="${width}" height="${BAR_PX}" rx="3"/>
<svg x="${x(from)}" y="${y(call)}" width="${width}" height="${BAR_PX}"><text x="3" y="12">${kind === 'refused' ? '✗ ' : ''}${escaped(call.text)}</text></svg></g>`;
  });
  const names = processes.map(
    (name, i) => `<text class="process" x="4" y="${i * ROW_PX + 38}">${escaped(name)}</text>`,
  );
  const points = pointsOf(calls, linearization, span).map(({ call, at }) => ({ x: x(at), y: y(call) + POINT_PX }));
  const path =
    points.length < 2
      ? ''
      : `<polyline points="${points.map((point) => `${point.x.toFixed(1)},${point.y}`).join(' ')}"/>`;
  const dots = points.map(
    (point, i) =>
      `<g class="dot"><circle cx="${point.x.toFixed(1)}" cy="${point.y}" r="6"/><text x="${point.x.toFixed(1)}" y="${point.y + 3}">${i + 1}</text></g>`,
  );
  const width = x(last) + MOMENT_PX;
  const height = processes.length * ROW_PX + 30;
  return `<div class="scroll"><svg class="line" role="img" aria-label="operations on a time line" width="${width}" height="${height}">
${names.join('')}${bars.join('\n')}${path}${dots.join('')}</svg></div>`;
}

/** Where each call takes effect: within its own time, and after the one before it. */
function pointsOf(
  calls: readonly ShownCall[],
  linearization: ShownLinearization | undefined,
  span: (call: ShownCall) => readonly [number, number],
): readonly { readonly call: ShownCall; readonly at: number }[] {
  const byId = new Map(calls.map((call) => [call.id, call]));
  let at = -1;
  return (linearization?.steps ?? []).flatMap((step) => {
    const call = byId.get(step.call);
    if (call === undefined) return [];
    const [from, to] = span(call);
    at = Math.min(Math.max(from + POINT_GAP, at + POINT_GAP), Math.max(to, at));
    return [{ call, at }];
  });
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}
