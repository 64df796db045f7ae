import { textOf } from '../values.ts';

/**
 * A text that only equal inputs, or outputs, of calls share. Records with their fields in another order may differ, which costs a
 * search some time and nothing else; in return it is made several times as fast as `textOf`.
 */
export function classText(value: unknown): string {
  if (typeof value === 'string') return `"${value.length}:${value}`;
  if (typeof value !== 'object' || value === null) return `${String(value)};`;
  if (Array.isArray(value)) return `[${value.map(classText).join('')}]`;
  if (Object.getPrototypeOf(value) !== Object.prototype) return textOf(value);
  let text = '{';
  for (const [field, member] of Object.entries(value)) text += `${field}=${classText(member)}`;
  return `${text}}`;
}
