import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import v8 from 'node:v8';
import vm from 'node:vm';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { importEntry, loadPackages } from './modules.ts';

let outer: string;
let folder: string;
let said: unknown[];
const global = globalThis as { say?: (what: unknown) => void };
beforeEach(() => {
  outer = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), 'modules-')));
  said = [];
  global.say = (what) => void said.push(what);
});
afterEach(() => {
  delete global.say;
  fs.rmSync(outer, { recursive: true });
});

/** Runs `main.ts` of these files, by name, as a life would. Returns what they `say`. */
async function run(files: Readonly<Record<string, string>>): Promise<readonly unknown[]> {
  folder = fs.mkdtempSync(path.join(outer, '-')); // a source is read once a process
  for (const [name, text] of Object.entries(files)) fs.writeFileSync(path.join(folder, name), text);
  await again();
  return said;
}

/** The next life of the same files. */
async function again(): Promise<readonly unknown[]> {
  said = [];
  await importEntry(path.join(folder, 'main.ts'), () => {});
  return said;
}

it('starts the first process of a run as fast as any later one: its packages are there, so that no loop turn passes', async () => {
  const entry = path.join(import.meta.dirname, '../testing/fixtures/with-packages.ts');
  await loadPackages(entry);
  let linked = false;
  const evaluated = importEntry(entry, () => {
    linked = true;
  });
  expect(linked).toBe(true);
  await evaluated;
});

it('runs what a module imports before it, in order and once, wherever the imports stand', async () => {
  const files = {
    'a.ts': `import './c.ts'; say('a');`,
    'b.ts': `import './c.ts'; say('b');`,
    'c.ts': `say('c');`,
    'main.ts': `say('main'); import './a.ts'; export * from './b.ts';`,
  };
  expect(await run(files)).toEqual(['c', 'a', 'b', 'main']);
});

it('runs the modules again for each life', async () => {
  const files = {
    'count.ts': `export let n = 0; export const more = () => (n += 1);`,
    'main.ts': `import { more } from './count.ts'; say(more()); say(more());`,
  };
  expect(await run(files)).toEqual([1, 2]);
  expect(await again()).toEqual([1, 2]);
});

it('shows an exported variable as it is now, by each of its names', async () => {
  const files = {
    'count.ts': `export let n = 1; export { n as same }; export const set = (to: number): void => { [n] = [to]; n++; };`,
    'again.ts': `export { n as other } from './count.ts'; export * from './count.ts'; export * as all from './count.ts';`,
    'main.ts': `import { n, same, set } from './count.ts'; import { all, n as third, other } from './again.ts';
      set(5); say([n, same, third, other, all.n]);`,
  };
  expect(await run(files)).toEqual([[6, 6, 6, 6, 6]]);
});

it('lets modules that import each other call functions of one that has not run yet', async () => {
  const files = {
    'a.ts': `import { b } from './b.ts'; export function a() { return 'a'; } export const late = 1; say(b()); export { again };
      export default async function named() {}
async function again() {}`,
    'b.ts': `import named, { a, again, late } from './a.ts'; say([a(), typeof again, typeof named, late]); export function b() { return 'b' + late; }`,
    'main.ts': `import './a.ts';`,
  };
  expect(await run(files)).toEqual([['a', 'function', 'function', undefined], 'b1']);
});

it('waits for a module that waits, and for those that import it', async () => {
  const files = {
    'slow.ts': `say('begun'); await Promise.resolve(); say('done'); export const value = await (async () => 1)();`,
    'middle.ts': `import { value } from './slow.ts'; import './main.ts'; say('middle'); export { value };`,
    'main.ts': `import { value } from './middle.ts'; say(value);`,
  };
  expect(await run(files)).toEqual(['begun', 'done', 'middle', 1]);
});

it('throws what a module throws at each that imports it, and runs it once', async () => {
  const files = {
    'bad.ts': `say('bad'); throw new Error('no');`,
    'main.ts': `for (const i of [1, 2]) await import('./bad.ts').catch((error) => say(error.message));`,
  };
  expect(await run(files)).toEqual(['bad', 'no', 'no']);
  await expect(run({ ...files, 'main.ts': `import './bad.ts';` })).rejects.toThrow('no');
});

it('gives import.meta, import() of own modules and of packages, and imports with attributes', async () => {
  const files = {
    'data.json': '{ "a": 1 }',
    'other.ts': `export const main = import.meta.main;`,
    'main.ts': `import data from './data.json' with { type: 'json' };
      import { readFileSync } from 'node:fs';
      import path, * as every from 'node:path';
      const { url, filename, dirname, main, resolve } = import.meta;
      say([url, filename, dirname, main, resolve('./x.ts')]);
      say([data.a, typeof readFileSync, path.join === every.join, (await import('./other.ts')).main]);
      say((await import('./data.json', { with: { type: 'json' } })).default.a + (await import('node' + ':os')).EOL);`,
  };
  const heard = await run(files);
  const url = `file://${folder}`;
  expect(heard).toEqual([
    [`${url}/main.ts`, path.join(folder, 'main.ts'), folder, true, `${url}/x.ts`],
    [1, 'function', true, false],
    '1\n',
  ]);
});

it('leaves the language as it is: fields, private names, `using`, strict mode, no `this`', async () => {
  const files = {
    'text.ts': `export const text = 'import.meta and import(x) and export let y';`,
    'main.ts': `import { text } from './text.ts';
      class A { static made = 0; #secret = (A.made += 1); own = text.length; has(it: object) { return #secret in it; } static { say(A.made); } }
      const a = new A(); say([a.own, a.has(a), a.has({}), A.made, this]);
      { using held = { [Symbol.dispose]() { say('disposed'); } }; await using late = { async [Symbol.asyncDispose]() { say('late'); } }; say(typeof held); }
      try { undeclared = 1; } catch (error) { say(error.name); }
      say({ text }.text === text && ((text) => text)(1) === 1);`,
  };
  expect(await run(files)).toEqual([
    0,
    [42, true, false, 1, undefined],
    'object',
    'late',
    'disposed',
    'ReferenceError',
    true,
  ]);
});

it('names lines of the source in a stack', async () => {
  const files = {
    'other.ts': `import {
  join,
} from 'node:path';
interface Shape {
  readonly a: string;
}
export function fails(shape: Shape): never {
  throw new Error(join(shape.a));
}
`,
    'main.ts': `import type { X } from './other.ts';
import { fails,
} from './other.ts';

try {
  fails({ a: 'here' });
} catch (error) {
  say(error.stack.match(/(?:other|main)\\.ts:\\d+/g));
}`,
  };
  expect(await run(files)).toEqual([['other.ts:8', 'main.ts:6']]);
});

it('names the file of what cannot be read', async () => {
  const main = `import './broken.ts'; import './broken.mjs';`;
  await expect(run({ 'main.ts': main, 'broken.ts': 'const a = ;' })).rejects.toThrow('/broken.ts: ');
  await expect(run({ 'main.ts': main, 'broken.ts': '', 'broken.mjs': 'const a = ;' })).rejects.toThrow(
    "/broken.mjs: Unexpected token ';'",
  );
});

it('lets go of the modules of a life that nothing holds', async () => {
  v8.setFlagsFromString('--expose-gc');
  const collect = vm.runInNewContext('gc') as () => void;
  const files = {
    'state.ts': `export class State { readonly big = new Array(1000); } export const state = new State();`,
    'main.ts': `import { state } from './state.ts'; say(new WeakRef(state));`,
  };
  const refs: WeakRef<object>[] = [];
  for (let i = 0; i < 3; i += 1) refs.push((await (i === 0 ? run(files) : again()))[0] as WeakRef<object>);
  said = [];
  await new Promise((resolve) => setImmediate(resolve)); // a WeakRef holds until the end of the turn
  collect();
  expect(refs.map((ref) => ref.deref())).toEqual([undefined, undefined, undefined]);
});
