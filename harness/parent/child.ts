import { spawn, spawnSync } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { EVENTS_FD, JOBS_FD } from './job.ts';

const STDERR_KEPT = 4000;
/** MB of memory, with what V8 has not collected yet. */
const RECYCLE_AT_MB = 700;
/** The simulated world gives each life of a service a module graph of its own (worlds/simulated/kernel/modules.ts). */
const NODE_FLAGS = [
  '--disable-warning=ExperimentalWarning',
  '--experimental-vm-modules',
  '--experimental-import-meta-resolve',
];

/** What a child is started with, and who hears of it. */
export interface ChildOptions<Event> {
  /** Path of its main module, which takes the setup as its argument. */
  readonly main: string;
  /** Its place among others: chooses its core. */
  readonly index: number;
  readonly setup: { readonly world: string };
  readonly onEvent: (event: Event) => void;
  readonly onExit: (how: string) => void;
}

/** A process that does runs. It is alone in its process group, so that a terminal's Ctrl-C reaches only the parent. */
export class Child<Job, Event> {
  readonly #process: ChildProcess;
  readonly #jobs: Writable;
  #stderr = '';

  constructor({ main, index, setup, onEvent, onExit }: ChildOptions<Event>) {
    const args = [...NODE_FLAGS, main, JSON.stringify(setup)];
    const [command, ...rest] = [...(setup.world === 'simulated' ? pinned(index) : []), process.execPath, ...args] as [
      string,
      ...string[],
    ];
    this.#process = spawn(command, rest, { stdio: ['ignore', 'pipe', 'pipe', 'pipe', 'pipe'], detached: true });
    this.#jobs = this.#process.stdio[JOBS_FD] as Writable;
    this.#jobs.on('error', () => {}); // the exit says more
    const keep = (chunk: Buffer): void => {
      this.#stderr = (this.#stderr + chunk.toString()).slice(-STDERR_KEPT);
    };
    this.#process.stdout?.on('data', keep);
    this.#process.stderr?.on('data', keep);
    const events = createInterface({ input: this.#process.stdio[EVENTS_FD] as Readable });
    events.on('line', (line) => onEvent(JSON.parse(line) as Event));
    this.#process.on('error', (error) => onExit(`could not be started: ${error.message}`));
    // `close` comes after the last event has been read.
    this.#process.on('close', (code, signal) =>
      onExit(`${signal ?? `exit ${code}`}${this.#stderr === '' ? '' : `\n${this.#stderr.trim()}`}`),
    );
  }

  /** Memory that it holds now, MB; 0 where the system does not tell. */
  get memoryMb(): number {
    return Number(/^VmRSS:\s+(\d+)/m.exec(procStatus(this.#process.pid ?? 0))?.[1] ?? 0) / 1024;
  }

  /** It holds so much memory that a fresh one should do the next job. */
  get full(): boolean {
    return this.memoryMb > RECYCLE_AT_MB;
  }

  give(job: Job): void {
    this.#jobs.write(`${JSON.stringify(job)}\n`);
  }

  /** No more jobs: it exits after the one that it does. */
  finish(): void {
    this.#jobs.end();
  }

  /** It heals, writes and exits. */
  interrupt(): void {
    this.#process.kill('SIGTERM');
  }

  /** At once, with all that it has started. */
  kill(): void {
    const { pid } = this.#process;
    if (pid === undefined) return;
    try {
      process.kill(-pid, 'SIGKILL');
    } catch {
      this.#process.kill('SIGKILL');
    }
  }
}

let taskset: boolean | undefined;

/** Child k on the k-th core that this process may use, where the system can pin: a simulated run is a single thread with its database. */
function pinned(index: number): readonly string[] {
  taskset ??= spawnSync('taskset', ['--version']).status === 0;
  const cores = coresOf(procStatus('self'));
  return taskset ? ['taskset', '-c', String(cores[index % cores.length])] : [];
}

function procStatus(pid: number | string): string {
  try {
    return readFileSync(`/proc/${pid}/status`, 'utf8');
  } catch {
    return '';
  }
}

/**
 * The processors that a process may run on, so that two invocations share a machine by `taskset`.
 * @param status of `/proc/<pid>/status`; of an empty one all of the machine's come back
 */
export function coresOf(status: string): readonly number[] {
  const list = /^Cpus_allowed_list:\s+(\S+)/m.exec(status)?.[1];
  if (list === undefined) return cpus().map((_, i) => i);
  return list.split(',').flatMap((range) => {
    const [from = 0, to = from] = range.split('-').map(Number);
    return Array.from({ length: to - from + 1 }, (_, i) => from + i);
  });
}
