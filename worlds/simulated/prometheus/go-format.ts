/** Numbers as Go prints them. */

/** Digits enough to show a double exactly where it is a tie between two shorter numbers. */
const EXACT = 100;

/** True when the decimals cut off `text` are exactly a half and the digit kept before them is even: Go keeps that one. */
function isEvenTie(exact: string, kept: number): boolean {
  const rest = exact.slice(kept).replace('.', '');
  return /^50*$/.test(rest) && '02468'.includes(exact.slice(0, kept).replace('.', '').at(-1) ?? '');
}

/** `%.nf`. */
export function formatFixed(value: number, digits: number): string {
  if (!Number.isFinite(value) || Math.abs(value) >= 1e21) return formatGo(value);
  const exact = value.toFixed(EXACT);
  const kept = exact.indexOf('.') + (digits === 0 ? 0 : 1 + digits);
  // ECMAScript rounds a tie up.
  return isEvenTie(exact, kept) ? exact.slice(0, kept) : value.toFixed(digits);
}

/** `mantissa` with `digits` decimals and an exponent, of ties the even one. */
function scientific(value: number, digits: number): [mantissa: string, exponent: number] {
  const [exact = '', power = ''] = value.toExponential(EXACT).split('e');
  const kept = exact.indexOf('.') + 1 + digits;
  if (isEvenTie(exact, kept)) return [exact.slice(0, kept), Number(power)];
  const [mantissa = '', exponent = ''] = value.toExponential(digits).split('e');
  return [mantissa, Number(exponent)];
}

/** `%v`: the shortest form, with an exponent below 1e-4 and from 1e21 on. */
export function formatGo(value: number): string {
  if (Number.isNaN(value)) return 'NaN';
  if (!Number.isFinite(value)) return value > 0 ? '+Inf' : '-Inf';
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-4 || size >= 1e21)) {
    return value.toExponential().replace(/e([+-])(\d)$/, 'e$10$2');
  }
  return Object.is(value, -0) ? '-0' : String(value);
}

/** `%.4g`. */
export function formatSignificant(value: number): string {
  if (!Number.isFinite(value) || value === 0) return formatGo(value);
  const [mantissa, exponent] = scientific(value, 3);
  if (exponent < -4 || exponent >= 4) {
    const power = `${exponent < 0 ? '-' : '+'}${String(Math.abs(exponent)).padStart(2, '0')}`;
    return `${trimZeros(mantissa)}e${power}`;
  }
  return trimZeros(formatFixed(Number(`${mantissa}e${exponent}`), 3 - exponent));
}

function trimZeros(text: string): string {
  return text.includes('.') ? text.replace(/\.?0+$/, '') : text;
}
