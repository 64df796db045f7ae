const ESCAPES: Readonly<Record<string, string>> = {
  n: '\n',
  r: '\r',
  t: '\t',
  a: '\u0007',
  b: '\b',
  f: '\f',
  v: '\v',
  '\\': '\\',
  '"': '"',
  "'": "'",
};

/** The text of a quoted PromQL string; undefined for one that is open or has an unknown escape. */
export function unquote(quoted: string): string | undefined {
  const [quote] = quoted;
  if (quoted.length < 2 || quoted.at(-1) !== quote) return undefined;
  const body = quoted.slice(1, -1);
  if (quote === '`' || !body.includes('\\')) return body;
  let unknown = false;
  const text = body.replace(
    /\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|(.))/gs,
    (_, hex?: string, wide?: string, char = '') => {
      const code = hex ?? wide;
      if (code !== undefined) return String.fromCharCode(Number.parseInt(code, 16));
      const found = ESCAPES[String(char)];
      if (found === undefined) unknown = true;
      return found ?? '';
    },
  );
  return unknown ? undefined : text;
}
