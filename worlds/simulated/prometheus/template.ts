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
  humanizePercentage: (value) => `${significant(value * 100)}%`,
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
  const show: Formatter = verb === 'f' ? (value) => fixed(value, Number(digits ?? 6)) : formatGo;
  return (value) => `${before}${show(value)}${after}`.replaceAll('%%', '%');
}

function fixed(value: number, digits: number): string {
  return Number.isFinite(value) ? value.toFixed(digits) : formatGo(value);
}

/** Go's shortest form, which `%v` prints: an exponent below 1e-4 and from 1e21 on. */
export function formatGo(value: number): string {
  if (Number.isNaN(value)) return 'NaN';
  if (!Number.isFinite(value)) return value > 0 ? '+Inf' : '-Inf';
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-4 || size >= 1e21)) {
    return value.toExponential().replace(/e([+-])(\d)$/, 'e$10$2');
  }
  return Object.is(value, -0) ? '-0' : String(value);
}

/** Go's `%.4g`. */
function significant(value: number): string {
  if (!Number.isFinite(value) || value === 0) return formatGo(value);
  const exponent = Number(value.toExponential(3).split('e')[1]);
  const text = exponent < -4 || exponent >= 4 ? value.toExponential(3) : value.toPrecision(4);
  const [mantissa = '', power] = text.split('e');
  const short = mantissa.includes('.') ? mantissa.replace(/\.?0+$/, '') : mantissa;
  return power === undefined ? short : `${short}e${power.replace(/^([+-])(\d)$/, '$10$2')}`;
}

function humanize(value: number): string {
  if (value === 0 || !Number.isFinite(value)) return significant(value);
  const large = Math.abs(value) >= 1;
  let [rest, prefix] = [value, ''];
  for (const next of large ? ['k', 'M', 'G', 'T', 'P', 'E', 'Z', 'Y'] : ['m', 'u', 'n', 'p', 'f', 'a', 'z', 'y']) {
    if (large ? Math.abs(rest) < 1000 : Math.abs(rest) >= 1) break;
    prefix = next;
    rest = large ? rest / 1000 : rest * 1000;
  }
  return significant(rest) + prefix;
}

function humanizeDuration(value: number): string {
  if (!Number.isFinite(value)) return significant(value);
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
  return `${sign}${significant(size)}s`;
}
