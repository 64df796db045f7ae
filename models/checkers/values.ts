/** A word of EDN, `:read`: not a string, and equal to no string. */
export class Keyword {
  readonly name: string;

  constructor(name: string) {
    this.name = name;
  }
}

/**
 * A value of a history as EDN writes it: `nil`, `1`, `"a"`, `:b`, `[1 2]`, `{"k" 1}`, `#{1 2}`. Two values are equal exactly when
 * their texts are; maps and sets are written in the order of their members' texts. Undefined is written `nil`, as JSON drops it.
 */
export function textOf(value: unknown): string {
  switch (typeof value) {
    case 'string':
      return JSON.stringify(value);
    case 'object':
      return value === null ? 'nil' : compound(value);
    case 'undefined':
      return 'nil';
    default:
      return String(value);
  }
}

function compound(value: object): string {
  if (value instanceof Keyword) return `:${value.name}`;
  if (Array.isArray(value)) return `[${value.map(textOf).join(' ')}]`;
  if (value instanceof Set) return `#{${[...value].map(textOf).toSorted().join(' ')}}`;
  const members = value instanceof Map ? [...value] : Object.entries(value);
  return `{${members
    .map(([key, member]) => `${textOf(key)} ${textOf(member)}`)
    .toSorted()
    .join(', ')}}`;
}
