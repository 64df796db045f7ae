import { stripTypeScriptTypes } from 'node:module';
import { keptText } from './kept-text.ts';

/** JavaScript of a TypeScript source, its types blanked out. */
export function stripTypes(source: string): string {
  return keptText('stripped', '', source, () => stripTypeScriptTypes(source));
}
