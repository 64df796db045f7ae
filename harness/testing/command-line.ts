import { spawn } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import type { InvocationResult } from '../../contract/index.ts';
import { TOY_ROOT } from './execute-toy.ts';

const PROJECT = resolve(import.meta.dirname, '../..');
const TOY_WORLD = JSON.stringify(resolve(import.meta.dirname, 'toy-world.ts'));

/** A copy of the toy project in a folder of its own, with other files; inside the package, so that `faultline` resolves. */
export class ToyProject implements Disposable {
  readonly root: string;

  constructor(files: Readonly<Record<string, string>> = {}) {
    mkdirSync(join(PROJECT, '.cache'), { recursive: true });
    this.root = mkdtempSync(join(PROJECT, '.cache/toy-'));
    cpSync(TOY_ROOT, this.root, { recursive: true });
    this.write({ 'worlds/toy/world.ts': toyWorldFile('{}'), ...files });
  }

  write(files: Readonly<Record<string, string>>): void {
    for (const [name, text] of Object.entries(files)) {
      mkdirSync(dirname(join(this.root, name)), { recursive: true });
      writeFileSync(join(this.root, name), text);
    }
  }

  read(name: string): string {
    return readFileSync(join(this.root, name), 'utf8');
  }

  /** `result.json` of the last invocation. */
  result(): InvocationResult {
    return JSON.parse(this.read('runs/latest/result.json')) as InvocationResult;
  }

  /** Runs `faultline` here, as a user would. `onOutput` is given what it wrote so far. */
  async faultline(
    args: readonly string[],
    onOutput?: (text: string, kill: (signal: NodeJS.Signals) => void) => void,
  ): Promise<Finished> {
    const child = spawn(process.execPath, [join(PROJECT, 'bin/faultline.mjs'), ...args], {
      cwd: this.root,
      env: { ...process.env, FAULTLINE_ROOT: this.root, FORCE_COLOR: undefined },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const text = { stdout: '', stderr: '' };
    for (const name of ['stdout', 'stderr'] as const)
      child[name].on('data', (chunk: Buffer) => {
        text[name] += chunk.toString();
        onOutput?.(text.stdout + text.stderr, (signal) => child.kill(signal));
      });
    const code = await new Promise<number | null>((done) => child.on('close', done));
    return { code, ...text };
  }

  [Symbol.dispose](): void {
    rmSync(this.root, { recursive: true, force: true });
  }
}

export interface Finished {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** The text of a `world.ts` with this script, as TypeScript; `before` stands above it. */
export function toyWorldFile(script: string, before = ''): string {
  return `import { toyWorld } from ${TOY_WORLD};\n${before}\nexport const world = toyWorld(${script});\n`;
}
