import { S3Error } from './errors.ts';

/** An element's content: text, elements by name in their order, several of one name as an array. */
export type Xml = string | number | boolean | { readonly [name: string]: Xml | readonly Xml[] | undefined };

const NAMESPACE = 'http://s3.amazonaws.com/doc/2006-03-01/';

const escape = (text: string): string =>
  text.replaceAll(
    /[&<>"\r]/g,
    (character) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&#34;' })[character] ?? '&#xD;',
  );

function element(name: string, content: Xml): string {
  return `<${name}>${inner(content)}</${name}>`;
}

function inner(content: Xml): string {
  if (typeof content !== 'object') return escape(String(content));
  return Object.entries(content)
    .flatMap(([name, value]) => {
      if (value === undefined) return [];
      return Array.isArray(value) ? value.map((each: Xml) => element(name, each)) : [element(name, value as Xml)];
    })
    .join('');
}

/** A document in S3's namespace; errors have none. */
export function document(root: string, content: Xml): string {
  const namespace = root === 'Error' ? '' : ` xmlns="${NAMESPACE}"`;
  return `<?xml version="1.0" encoding="UTF-8"?>\n<${root}${namespace}>${inner(content)}</${root}>`;
}

const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

const unescape = (text: string): string =>
  text.replaceAll(/&(#x[0-9a-f]+|#\d+|\w+);/gi, (whole, name: string) => {
    if (name.startsWith('#x')) return String.fromCodePoint(Number.parseInt(name.slice(2), 16));
    if (name.startsWith('#')) return String.fromCodePoint(Number(name.slice(1)));
    return ENTITIES[name] ?? whole;
  });

/** What stands between the tags of each element of this name, in order. */
export function elements(text: string, name: string): readonly string[] {
  return [...text.matchAll(new RegExp(`<${name}(?:\\s[^>]*)?>([\\s\\S]*?)</${name}>`, 'g'))].map(
    ([, content = '']) => content,
  );
}

/** The text of the first element of this name. */
export function textOf(text: string, name: string): string | undefined {
  const [first] = elements(text, name);
  return first === undefined ? undefined : unescape(first);
}

/** @throws S3Error MalformedXML when the body is no document with this root */
export function expectRoot(body: Buffer, root: string): string {
  const text = body.toString('utf8');
  const [content] = elements(text, root);
  if (content === undefined) throw new S3Error('MalformedXML');
  return content;
}
