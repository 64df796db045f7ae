/** The sum of two numbers as C's 80-bit `long double` has it, which INCRBYFLOAT counts in: 64 bits of mantissa. */

/** `mantissa` times 2^`exponent`. */
interface Binary {
  readonly mantissa: bigint;
  readonly exponent: number;
}

const MANTISSA_BITS = 64;
/** Places that Redis prints. */
const PLACES = 17n;
/** Exponents beyond what a double has are refused before they come here. */
const LARGEST_EXPONENT = 400;

/** `left` plus `right`, both decimals as `strtold` reads them, printed as `%.17Lf` without trailing zeros. */
export function addLongDoubles(left: string, right: string): string {
  const [a, b] = [parse(left), parse(right)];
  const exponent = Math.min(a.exponent, b.exponent);
  const sum = (a.mantissa << BigInt(a.exponent - exponent)) + (b.mantissa << BigInt(b.exponent - exponent));
  return print(exponent < 0 ? nearest(sum, 1n << BigInt(-exponent)) : nearest(sum << BigInt(exponent), 1n));
}

function parse(text: string): Binary {
  const [number = '', exponentText = '0'] = text.toLowerCase().split('e');
  const [whole = '', fraction = ''] = number.split('.');
  const digits = BigInt(whole.replace(/^[+-]/, '') + fraction);
  const places = fraction.length - Number(exponentText);
  if (digits === 0n || places > LARGEST_EXPONENT) return { mantissa: 0n, exponent: 0 };
  const signed = whole.startsWith('-') ? -digits : digits;
  return places > 0 ? nearest(signed, 10n ** BigInt(places)) : nearest(signed * 10n ** BigInt(-places), 1n);
}

function bits(value: bigint): number {
  return value.toString(2).length;
}

/** The nearest number that 64 bits of mantissa can hold, of halves the even one. */
function nearest(numerator: bigint, denominator: bigint): Binary {
  if (numerator === 0n) return { mantissa: 0n, exponent: 0 };
  const magnitude = numerator < 0n ? -numerator : numerator;
  let shift = MANTISSA_BITS - (bits(magnitude) - bits(denominator));
  let mantissa = divide(magnitude, denominator, shift);
  if (bits(mantissa) > MANTISSA_BITS) mantissa = divide(magnitude, denominator, (shift -= 1));
  return { mantissa: numerator < 0n ? -mantissa : mantissa, exponent: -shift };
}

/** `numerator` times 2^`shift` over `denominator`, to the nearest integer, of halves to the even one. */
function divide(numerator: bigint, denominator: bigint, shift: number): bigint {
  const above = shift > 0 ? numerator << BigInt(shift) : numerator;
  const below = shift < 0 ? denominator << BigInt(-shift) : denominator;
  const quotient = above / below;
  const twice = (above % below) * 2n;
  return twice > below || (twice === below && quotient % 2n === 1n) ? quotient + 1n : quotient;
}

function print({ mantissa, exponent }: Binary): string {
  const magnitude = mantissa < 0n ? -mantissa : mantissa;
  const scaled = divide(magnitude * 10n ** PLACES, 1n, exponent);
  if (scaled === 0n) return '0';
  const text = scaled.toString().padStart(Number(PLACES) + 1, '0');
  const body = `${text.slice(0, -Number(PLACES))}.${text.slice(-Number(PLACES))}`.replace(/\.?0+$/, '');
  return mantissa < 0n ? `-${body}` : body;
}
