import type { SyntaxNode } from '@lezer/common';
import { parseDuration } from '../../simulated/prometheus/duration.ts';
import { parseCorrected } from '../../simulated/prometheus/postfix.ts';
import { named, textOf } from '../../simulated/prometheus/tree.ts';

/**
 * Gauges of durations on the services' clocks, by their names: in the document's time they are longer. A latency
 * (`_duration_seconds`) is what the machine really took, and is not scaled.
 */
const DURATION_METRIC = /_(?:lag|age|pending)_seconds$/;

/** Functions of a range whose result is in the unit of the metric for a second. */
const RATES: ReadonlySet<string> = new Set(['rate', 'irate', 'deriv']);
/** Functions of a range whose result is a count or a truth, whatever the metric's unit. */
const COUNTS: ReadonlySet<string> = new Set([
  'changes',
  'resets',
  'count_over_time',
  'present_over_time',
  'absent_over_time',
]);

/**
 * A query of the document's time for a Prometheus that sees a system `speed` times as fast: ranges and offsets are divided;
 * gauges of durations, and rates, are turned back into the document's time. So thresholds stand as they were written.
 */
export function scaledQuery(query: string, speed: number): string {
  if (speed === 1) return query;
  const { tree, source } = parseCorrected(query);
  return render(tree.topNode, { source, speed });
}

/** `1h30m` of the document, as Prometheus writes what is left of it. */
export function scaledDuration(text: string, speed: number): string {
  const duration = parseDuration(text.trim());
  if (duration === undefined) throw new Error(`${JSON.stringify(text)} is no duration`);
  return `${Math.max(1, Math.round(duration / speed))}ms`;
}

interface Rewriting {
  readonly source: string;
  readonly speed: number;
}

function render(node: SyntaxNode, how: Rewriting): string {
  switch (node.name) {
    case 'NumberDurationLiteralInDurationContext':
      return scaledDuration(textOf(node, how.source), how.speed);
    case 'FunctionCall':
      return scaled(parts(node, how), factorOfCall(node, how), how.speed);
    case 'VectorSelector':
    case 'OffsetExpr':
    case 'StepInvariantExpr': {
      const selector = selectorOf(node);
      const whole = isModifier(node.parent) || node.parent?.name === 'MatrixSelector' || selector === undefined;
      return scaled(parts(node, how), whole || !isDuration(selector, how) ? 0 : 1, how.speed);
    }
    default:
      return parts(node, how);
  }
}

/** The text of a node with its children rewritten. */
function parts(node: SyntaxNode, how: Rewriting): string {
  let text = '';
  let at = node.from;
  for (let child = node.firstChild; child !== null; child = child.nextSibling) {
    text += how.source.slice(at, child.from) + render(child, how);
    at = child.to;
  }
  return text + how.source.slice(at, node.to);
}

function scaled(text: string, power: number, speed: number): string {
  if (power === 0) return text;
  return power > 0 ? `(${text} * ${speed})` : `(${text} / ${speed})`;
}

/** By which power of the speed a function of a range is off: a duration by 1, a rate of a plain counter by -1. */
function factorOfCall(node: SyntaxNode, how: Rewriting): number {
  const name = textOf(named(node, 'FunctionIdentifier') ?? node, how.source);
  const range = firstRange(named(node, 'FunctionCallBody'));
  if (range === undefined || COUNTS.has(name)) return 0;
  return Number(isDuration(selectorOf(range), how)) - Number(RATES.has(name));
}

function firstRange(body: SyntaxNode | undefined): SyntaxNode | undefined {
  for (let child = body?.firstChild ?? null; child !== null; child = child.nextSibling) {
    let inner: SyntaxNode | null = child;
    while (isModifier(inner)) inner = inner?.firstChild ?? null;
    if (inner?.name === 'MatrixSelector') return inner;
  }
  return undefined;
}

function isModifier(node: SyntaxNode | null): boolean {
  return node?.name === 'OffsetExpr' || node?.name === 'StepInvariantExpr';
}

/** The selector of one metric that a chain of modifiers or a range is of. */
function selectorOf(node: SyntaxNode): SyntaxNode | undefined {
  let inner: SyntaxNode | null = node;
  while (isModifier(inner) || inner?.name === 'MatrixSelector') inner = inner?.firstChild ?? null;
  return inner?.name === 'VectorSelector' ? inner : undefined;
}

function isDuration(selector: SyntaxNode | undefined, { source }: Rewriting): boolean {
  const name = named(selector, 'Identifier');
  return name !== undefined && DURATION_METRIC.test(textOf(name, source));
}
