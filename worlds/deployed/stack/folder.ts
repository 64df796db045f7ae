import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** What a run keeps on this machine for its containers: clocks, rules, Prometheus' configuration, and who holds it. */
export class RunFolder {
  readonly path: string;

  constructor(run: string) {
    this.path = join(tmpdir(), `faultline-${run}`);
  }

  get clocks(): string {
    return join(this.path, 'clocks');
  }

  /** Makes it in the name of this process. Containers of other users read it. */
  create(): void {
    mkdirSync(this.clocks, { recursive: true, mode: 0o755 });
    writeFileSync(this.#holder, JSON.stringify({ pid: process.pid }));
  }

  /** Writes a file that containers read, and gives its path. */
  write(name: string, text: string): string {
    const file = join(this.path, name);
    writeFileSync(file, text, { mode: 0o644 });
    return file;
  }

  remove(): void {
    rmSync(this.path, { recursive: true, force: true });
  }

  /** The process that made it, if it still lives. */
  get heldBy(): number | undefined {
    if (!existsSync(this.#holder)) return undefined;
    const { pid } = JSON.parse(readFileSync(this.#holder, 'utf8')) as { pid: number };
    try {
      process.kill(pid, 0);
      return pid;
    } catch {
      return undefined;
    }
  }

  get #holder(): string {
    return join(this.path, 'holder.json');
  }
}
