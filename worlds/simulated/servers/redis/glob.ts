/** Redis' glob: `*`, `?`, `[a-z]`, `[^x]`, `\` escapes. Like the original an unclosed class ends with the pattern. */
export function globMatch(pattern: string, text: string): boolean {
  return match(pattern, 0, text, 0);
}

function match(pattern: string, patternFrom: number, text: string, textFrom: number): boolean {
  let [p, t] = [patternFrom, textFrom];
  while (p < pattern.length) {
    const char = pattern[p];
    if (char === '*') {
      while (pattern[p + 1] === '*') p += 1;
      if (p + 1 === pattern.length) return true;
      for (let from = t; from <= text.length; from += 1) if (match(pattern, p + 1, text, from)) return true;
      return false;
    }
    if (t === text.length) return false;
    if (char === '[') {
      const found = matchClass(pattern, p + 1, text.charCodeAt(t));
      if (!found.matched) return false;
      p = found.end;
    } else if (char !== '?') {
      if (char === '\\' && p + 1 < pattern.length) p += 1;
      if (pattern[p] !== text[t]) return false;
    }
    p += 1;
    t += 1;
  }
  return t === text.length;
}

function matchClass(pattern: string, from: number, code: number): { matched: boolean; end: number } {
  const negated = pattern[from] === '^';
  let p = negated ? from + 1 : from;
  let matched = false;
  for (;;) {
    if (p >= pattern.length) {
      p -= 1;
      break;
    }
    if (pattern[p] === '\\' && p + 1 < pattern.length) {
      p += 1;
      if (pattern.charCodeAt(p) === code) matched = true;
    } else if (pattern[p] === ']') {
      break;
    } else if (pattern[p + 1] === '-' && p + 2 < pattern.length) {
      const [a, b] = [pattern.charCodeAt(p), pattern.charCodeAt(p + 2)];
      if (code >= Math.min(a, b) && code <= Math.max(a, b)) matched = true;
      p += 2;
    } else if (pattern.charCodeAt(p) === code) {
      matched = true;
    }
    p += 1;
  }
  return { matched: matched !== negated, end: p };
}
