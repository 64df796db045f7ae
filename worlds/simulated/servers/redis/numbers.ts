/** Numbers as Redis reads and prints them. */

const INTEGER = /^(?:0|-?[1-9]\d{0,18})$/;
const DECIMAL = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;
const INFINITY = /^([+-]?)inf(?:inity)?$/i;
export const INT64_MAX = 9223372036854775807n;
export const INT64_MIN = -9223372036854775808n;

/** A signed 64-bit integer in canonical decimal (no `+`, no leading zeros, no spaces), or undefined. */
export function parseInt64(text: string): bigint | undefined {
  if (!INTEGER.test(text)) return undefined;
  const value = BigInt(text);
  return value > INT64_MAX || value < INT64_MIN ? undefined : value;
}

/** A double as `strtod` reads it, without NaN and hexadecimal; undefined when it is none or overflows. */
export function parseDouble(text: string): number | undefined {
  if (DECIMAL.test(text)) {
    const value = Number(text);
    return Number.isFinite(value) ? value : undefined;
  }
  const infinite = INFINITY.exec(text);
  if (infinite === null) return undefined;
  return infinite[1] === '-' ? -Infinity : Infinity;
}

/** C's `%.17g`: how Redis 7.0 prints scores. */
export function formatDouble(value: number): string {
  if (value === Infinity) return 'inf';
  if (value === -Infinity) return '-inf';
  if (Object.is(value, -0)) return '-0';
  if (Number.isInteger(value) && Math.abs(value) < 1e17) return String(value);
  const [mantissa = '', exponentText = '0'] = value.toExponential(16).split('e');
  const exponent = Number(exponentText);
  if (exponent >= -4 && exponent < 17) return stripZeros(value.toPrecision(17));
  const digits = String(Math.abs(exponent)).padStart(2, '0');
  return `${stripZeros(mantissa)}e${exponent < 0 ? '-' : '+'}${digits}`;
}

function stripZeros(text: string): string {
  return text.includes('.') ? text.replace(/\.?0+$/, '') : text;
}

interface Decimal {
  /** The value times 10^places. */
  readonly digits: bigint;
  readonly places: number;
}

/** Beyond this many digits before or after the point an exact decimal stops being cheap; doubles do then. */
const EXACT_DIGITS = 60;

function parseDecimal(text: string): Decimal | undefined {
  const [mantissa = '', exponentText = '0'] = text.toLowerCase().split('e');
  const [whole = '', fraction = ''] = mantissa.split('.');
  const exponent = Number(exponentText);
  const places = fraction.length - exponent;
  if (Math.abs(places) > EXACT_DIGITS || whole.length > EXACT_DIGITS) return undefined;
  const sign = whole.startsWith('-') ? -1n : 1n;
  const digits = sign * BigInt(whole.replace(/^[+-]/, '') + fraction);
  return places >= 0 ? { digits, places } : { digits: digits * 10n ** BigInt(-places), places: 0 };
}

/**
 * The sum of two decimals printed with at most 17 places, as INCRBYFLOAT does with 80-bit floats: exact here, which
 * prints the same as long as the sum has fewer than about 19 significant digits.
 */
export function addDecimals(left: string, right: string): string {
  const [a, b] = [parseDecimal(left), parseDecimal(right)];
  if (a === undefined || b === undefined)
    return stripZeros(BigInt(Math.trunc(Number(left) + Number(right))).toString());
  const places = Math.max(a.places, b.places);
  const sum = a.digits * 10n ** BigInt(places - a.places) + b.digits * 10n ** BigInt(places - b.places);
  return printDecimal(sum, places);
}

function printDecimal(value: bigint, places: number): string {
  let [digits, scale] = [value < 0n ? -value : value, places];
  if (scale > 17) {
    const unit = 10n ** BigInt(scale - 17);
    digits = (digits + unit / 2n) / unit;
    scale = 17;
  }
  const text = digits.toString().padStart(scale + 1, '0');
  const body = scale === 0 ? text : stripZeros(`${text.slice(0, -scale)}.${text.slice(-scale)}`);
  return value < 0n && digits !== 0n ? `-${body}` : body;
}
