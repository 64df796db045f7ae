import { readFileSync } from 'node:fs';
import vm from 'node:vm';
import { type ExportSpecifier, ImportType, initSync, parse } from 'es-module-lexer';
import { getVersion, transform } from 'sucrase';
import { keptText } from './kept-text.ts';

/** An import of a module, in the order of its source. */
export type Request = Pick<vm.ModuleRequest, 'specifier' | 'attributes'>;

/** A module's source as the body of a function (module-function.ts). */
export interface ModuleText {
  /**
   * Statements, line by line those of the source. They get what they import from `require`, put what they export into `exports`, and say
   * `$meta` and `$import(…)` where the source says `import.meta` and `import(…)`.
   */
  readonly code: string;
  /** Statements that export the functions which are there before any other module has run, as those of modules that import each other must be. */
  readonly hoisted: string;
  readonly requests: readonly Request[];
  /** It has an `await` at its top level. */
  readonly waits: boolean;
}

/** What a kept text depends on beside its source: this file and the library that it calls. */
const VERSION = `${getVersion()} ${readFileSync(new URL(import.meta.url), 'utf8')}`;

/**
 * Makes a module's source the body of a function. `require` and `exports` are names that the source itself may not declare.
 * @param text JavaScript
 * @throws SyntaxError of V8's, or of the library where it does not know a syntax, with the place in it
 */
export function moduleText(text: string): ModuleText {
  return JSON.parse(keptText('functions', VERSION, text, () => JSON.stringify(made(text)))) as ModuleText;
}

function made(text: string): ModuleText {
  // V8 knows best what a module asks for, whether it waits, and whether it is one at all.
  const module = new vm.SourceTextModule(text, { identifier: 'a module' });
  initSync();
  const [imports, exported] = parse(text);
  let code = '';
  let from = 0;
  for (const { t, ss, se } of imports) {
    if (t !== ImportType.ImportMeta && t !== ImportType.Dynamic) continue;
    const [word, to] = t === ImportType.Dynamic ? ['$import', ss + 'import'.length] : ['$meta', se];
    code += text.slice(from, ss) + word;
    from = to;
  }
  code += text.slice(from);
  return {
    code: transform(code, { transforms: ['imports'], disableESTransforms: true, preserveDynamicImport: true }).code,
    hoisted: exported
      .filter((one) => isFunction(text, one))
      .map(({ n, ln }) => `exports.${n} = ${ln};`)
      .join(' '),
    requests: module.moduleRequests.map(({ specifier, attributes }) => ({ specifier, attributes })),
    waits: module.hasTopLevelAwait(),
  };
}

/** Whether what is exported is a function that is declared: in the export itself, or on a line of its own. */
function isFunction(text: string, { ln: name, ls: from }: ExportSpecifier): boolean {
  if (name === undefined) return false;
  if (/\bfunction\s*\*?\s*$/.test(text.slice(0, from))) return true;
  const escaped = name.replaceAll('$', String.raw`\$`);
  return new RegExp(String.raw`^(?:async\s+)?function\s*\*?\s*${escaped}\s*\(`, 'm').test(text);
}
