import { formatFixed, formatGo, formatSignificant } from './go-format.ts';

/** The part of Go's templates that alert rules use: labels, the value, and a few functions. */

/** What a template may show. */
export interface TemplateData {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

export type Template = (data: TemplateData) => string;

const LABEL = /^(?:\$labels|\.Labels)\.([a-zA-Z_]\w*)$/;
const PRINTF = /^printf\s+"((?:[^"\\]|\\.)*)"$/;

type Formatter = (value: number) => string;

const FORMATTERS: Readonly<Record<string, Formatter>> = {
  humanize: (value) => humanize(value),
  humanizePercentage: (value) => `${formatSignificant(value * 100)}%`,
  humanizeDuration,
};

const SUPPORTED =
  '{{ $labels.name }}, {{ $value }}, {{ $value | humanize }} (humanizePercentage, humanizeDuration), {{ printf "%.2f" $value }}';

/** Compiles a text with `{{ }}`. Throws Error for what it does not support. */
export function compileTemplate(text: string): Template {
  const parts: Template[] = [];
  for (const [at, piece] of text.split(/(\{\{.*?\}\})/s).entries()) {
    if (at % 2 === 1) parts.push(compileAction(piece.slice(2, -2).trim()));
    else if (piece.includes('{{')) throw new Error(`an action is not closed in ${JSON.stringify(piece)}`);
    else if (piece !== '') parts.push(() => piece);
  }
  return (data) => parts.map((part) => part(data)).join('');
}

function compileAction(action: string): Template {
  const label = LABEL.exec(action)?.[1];
  if (label !== undefined) return ({ labels }) => labels[label] ?? '';
  const [first = '', ...stages] = action.split('|').map((stage) => stage.trim());
  const direct = /^(.*\S)\s+(?:\$value|\.Value)$/s.exec(first)?.[1];
  const formats = [...(direct === undefined ? [] : [direct]), ...stages];
  const format = formatter(formats[0]);
  const usesValue = direct !== undefined || first === '$value' || first === '.Value';
  if (!usesValue || formats.length > 1 || format === undefined) {
    throw new Error(`the template {{ ${action} }} is not supported; supported are ${SUPPORTED}`);
  }
  return ({ value }) => format(value);
}

function formatter(text: string | undefined): Formatter | undefined {
  if (text === undefined) return formatGo;
  const pattern = PRINTF.exec(text)?.[1];
  return pattern === undefined ? FORMATTERS[text] : printf(pattern);
}

/** One verb, %f %.nf %g %v, with text around it. */
function printf(pattern: string): Formatter | undefined {
  const match = /^([^%]*(?:%%[^%]*)*)%(?:\.(\d+))?([fgv])([^%]*(?:%%[^%]*)*)$/.exec(pattern);
  if (match === null) return undefined;
  const [, before = '', digits, verb = '', after = ''] = match;
  if (verb !== 'f' && digits !== undefined) return undefined;
  const show: Formatter = verb === 'f' ? (value) => formatFixed(value, Number(digits ?? 6)) : formatGo;
  return (value) => `${before}${show(value)}${after}`.replaceAll('%%', '%');
}

function humanize(value: number): string {
  if (value === 0 || !Number.isFinite(value)) return formatSignificant(value);
  const large = Math.abs(value) >= 1;
  let [rest, prefix] = [value, ''];
  for (const next of large ? ['k', 'M', 'G', 'T', 'P', 'E', 'Z', 'Y'] : ['m', 'u', 'n', 'p', 'f', 'a', 'z', 'y']) {
    if (large ? Math.abs(rest) < 1000 : Math.abs(rest) >= 1) break;
    prefix = next;
    rest = large ? rest / 1000 : rest * 1000;
  }
  return formatSignificant(rest) + prefix;
}

function humanizeDuration(value: number): string {
  if (!Number.isFinite(value)) return formatSignificant(value);
  if (value === 0) return '0s';
  if (Math.abs(value) < 1) return `${humanize(value)}s`;
  const sign = value < 0 ? '-' : '';
  const size = Math.abs(value);
  const whole = Math.trunc(size);
  const [seconds, minutes] = [whole % 60, Math.floor(whole / 60) % 60];
  const [hours, days] = [Math.floor(whole / 3600) % 24, Math.floor(whole / 86_400)];
  if (days > 0) return `${sign}${days}d ${hours}h ${minutes}m ${seconds}s`;
  if (hours > 0) return `${sign}${hours}h ${minutes}m ${seconds}s`;
  if (minutes > 0) return `${sign}${minutes}m ${seconds}s`;
  return `${sign}${formatSignificant(size)}s`;
}
