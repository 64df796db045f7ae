/** True when the subject may be published to or subscribed: no empty token, no blanks, `>` only at the end. */
export function isValid(subject: string): boolean {
  if (subject === '' || /[ \t\r\n]/.test(subject)) return false;
  const tokens = subject.split('.');
  return tokens.every((token, at) => token !== '' && (token !== '>' || at === tokens.length - 1));
}

export function isLiteral(subject: string): boolean {
  return !subject.split('.').some((token) => token === '*' || token === '>');
}

/** Whether a literal subject falls under a pattern with `*` and `>`. */
export function matches(subject: string, pattern: string): boolean {
  if (pattern === '>' || subject === pattern) return true;
  return matchesTokens(subject, pattern.split('.'));
}

/** As `matches`, with a pattern that is already split. */
export function matchesTokens(subject: string, pattern: readonly string[]): boolean {
  let from = 0;
  for (let at = 0; at < pattern.length; at += 1) {
    if (from > subject.length) return false;
    const token = pattern[at]!;
    if (token === '>') return from < subject.length;
    const dot = subject.indexOf('.', from);
    const end = dot === -1 ? subject.length : dot;
    if (token !== '*' && (token.length !== end - from || !subject.startsWith(token, from))) return false;
    from = end + 1;
  }
  return from === subject.length + 1;
}

/** Whether every subject of `inner` falls under `outer`. */
export function isSubset(inner: string, outer: string): boolean {
  const [a, b] = [inner.split('.'), outer.split('.')];
  for (let at = 0; at < b.length; at += 1) {
    if (b[at] === '>') return at < a.length;
    if (at >= a.length || a[at] === '>') return false;
    if (b[at] !== '*' && a[at] !== b[at]) return false;
  }
  return a.length === b.length;
}

/** Whether some subject falls under both. */
export function overlaps(one: string, other: string): boolean {
  const [a, b] = [one.split('.'), other.split('.')];
  for (let at = 0; at < Math.max(a.length, b.length); at += 1) {
    const [left, right] = [a[at], b[at]];
    if (left === undefined || right === undefined) return false;
    if (left === '>' || right === '>') return true;
    if (left !== '*' && right !== '*' && left !== right) return false;
  }
  return true;
}

/** Names of streams and consumers are one token and a file's name. */
export function isAssetName(name: string): boolean {
  return name !== '' && !/[.*>\\/\s]/.test(name);
}
