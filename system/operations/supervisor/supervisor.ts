/** Keeps tasks running: starts those that have exited, probes those that run, restarts on an operator's word. */
import { Counter, Gauge, type Registry } from 'prom-client';
import type { Logger } from '../../kit/logging.ts';
import { Periodic } from '../../kit/periodic.ts';
import { Backoff } from './backoff.ts';
import type { SupervisorConfig } from './config.ts';
import type { Task, TaskRuntime } from './runtime.ts';

/** Why a task was restarted. */
export type RestartReason = 'exited' | 'liveness' | 'operator';

/** What the supervisor knows of a task. */
export interface TaskView {
  readonly name: string;
  readonly state: string;
  /** Undefined: not probed yet, or the task has no probe. */
  readonly live: boolean | undefined;
  readonly probeFailures: number;
  readonly livenessAction: 'report' | 'restart';
  readonly restarts: number;
}

interface Known {
  task: Task;
  backoff: Backoff;
  failures: number;
  live: boolean | undefined;
  restarts: number;
}

export class Supervisor {
  readonly #config: SupervisorConfig;
  readonly #runtime: TaskRuntime;
  readonly #log: Logger;
  readonly #known = new Map<string, Known>();
  readonly #poll: Periodic;
  readonly #probe: Periodic;
  readonly #running: Gauge;
  readonly #live: Gauge;
  readonly #restarts: Counter;
  readonly #runtimeErrors: Counter;

  constructor(config: SupervisorConfig, runtime: TaskRuntime, log: Logger, registry: Registry) {
    this.#config = config;
    this.#runtime = runtime;
    this.#log = log;
    const registers = [registry];
    this.#running = new Gauge({
      name: 'supervisor_task_running',
      help: '1 while the task runs',
      labelNames: ['task'],
      registers,
    });
    this.#live = new Gauge({
      name: 'supervisor_task_live',
      help: '1 while the liveness probe of the task succeeds, 0 once it has failed PROBE_FAILURES times in a row',
      labelNames: ['task'],
      registers,
    });
    this.#restarts = new Counter({
      name: 'supervisor_restarts_total',
      help: 'Restarts of a task by reason',
      labelNames: ['task', 'reason'],
      registers,
    });
    this.#runtimeErrors = new Counter({
      name: 'supervisor_runtime_errors_total',
      help: 'Failed calls of the task runtime',
      registers,
    });
    this.#poll = new Periodic('poll', config.POLL_MS, log, () => this.poll());
    this.#probe = new Periodic('probe', config.PROBE_MS, log, () => this.probe());
  }

  start(): void {
    this.#poll.start();
    this.#probe.start();
  }

  async stop(): Promise<void> {
    await Promise.all([this.#poll.stop(), this.#probe.stop()]);
  }

  /** Says why the supervisor is not alive itself; undefined: it is. */
  liveness(): string | undefined {
    const patience = Math.ceil((2 * this.#config.RUNTIME_TIMEOUT_MS) / this.#config.POLL_MS) + 3;
    return this.#poll.stalled(patience);
  }

  tasks(): TaskView[] {
    return [...this.#known.values()].map(({ task, live, failures, restarts }) => ({
      name: task.name,
      state: task.state,
      live,
      probeFailures: failures,
      livenessAction: this.#action(task.name),
      restarts,
    }));
  }

  knows(name: string): boolean {
    return this.#known.has(name);
  }

  /** Asks the runtime for its tasks and starts those that have exited, each in its own back-off. */
  async poll(): Promise<void> {
    let tasks: readonly Task[];
    try {
      tasks = await this.#runtime.tasks();
    } catch (error) {
      this.#runtimeErrors.inc();
      this.#log.warn({ err: error }, 'the tasks could not be listed');
      return;
    }
    const names = new Set(tasks.map((task) => task.name));
    for (const name of this.#known.keys()) if (!names.has(name)) this.#forget(name);
    for (const task of tasks) this.#remember(task);
    const exited = tasks.filter((task) => task.state === 'exited');
    await Promise.all(exited.map((task) => this.#restartInBackoff(task.name, 'exited')));
  }

  /** Probes the running tasks that can be probed. */
  async probe(): Promise<void> {
    await Promise.all([...this.#known.values()].map((known) => this.#probeOne(known)));
  }

  /** Restarts a task now, whatever its state. @throws RuntimeError */
  async restart(name: string, reason: RestartReason): Promise<void> {
    const known = this.#known.get(name);
    known?.backoff.made(performance.now());
    this.#log.info({ task: name, reason }, 'restarting');
    try {
      await this.#runtime.restart(name);
    } catch (error) {
      this.#runtimeErrors.inc();
      throw error;
    }
    this.#restarts.inc({ task: name, reason });
    if (known !== undefined) {
      known.restarts += 1;
      known.failures = 0;
      known.live = undefined;
    }
  }

  async #restartInBackoff(name: string, reason: RestartReason): Promise<void> {
    if (this.#known.get(name)?.backoff.may(performance.now()) !== true) return;
    try {
      await this.restart(name, reason);
    } catch (error) {
      this.#log.warn({ err: error, task: name }, 'the restart failed');
    }
  }

  async #probeOne(known: Known): Promise<void> {
    const { task } = known;
    if (task.state === 'exited' || task.livenessUrl === undefined || task.livenessUrl === null) return;
    const { restarts } = known;
    const problem = await this.#ask(task.livenessUrl);
    if (known.restarts !== restarts) return; // the answer, or its absence, is of the life before
    if (problem === undefined) {
      if (known.live === false) this.#log.info({ task: task.name }, 'live again');
      known.failures = 0;
      known.live = true;
      this.#live.set({ task: task.name }, 1);
      return;
    }
    known.failures += 1;
    if (known.failures < this.#config.PROBE_FAILURES) return;
    if (known.live !== false) this.#log.warn({ task: task.name, problem, failures: known.failures }, 'not live');
    known.live = false;
    this.#live.set({ task: task.name }, 0);
    if (this.#action(task.name) === 'restart') await this.#restartInBackoff(task.name, 'liveness');
  }

  /** @returns what is wrong; undefined: nothing */
  async #ask(url: string): Promise<string | undefined> {
    try {
      const response = await fetch(url, { signal: AbortSignal.timeout(this.#config.PROBE_TIMEOUT_MS) });
      const body = await response.text();
      return response.ok ? undefined : `${response.status} ${body.slice(0, 200)}`;
    } catch (error) {
      return (error as Error).message;
    }
  }

  #action(name: string): 'report' | 'restart' {
    const { byTask, fallback } = this.#config.LIVENESS_ACTION;
    return byTask.get(name) ?? fallback;
  }

  #remember(task: Task): void {
    const known = this.#known.get(task.name);
    if (known === undefined) {
      const backoff = new Backoff({
        firstMs: this.#config.RESTART_BACKOFF_MS,
        maxMs: this.#config.RESTART_BACKOFF_MAX_MS,
        resetMs: this.#config.RESTART_BACKOFF_RESET_MS,
      });
      this.#known.set(task.name, { task, backoff, failures: 0, live: undefined, restarts: 0 });
      for (const reason of ['exited', 'liveness', 'operator'] satisfies RestartReason[]) {
        this.#restarts.inc({ task: task.name, reason }, 0);
      }
    } else {
      known.task = task;
    }
    this.#running.set({ task: task.name }, task.state === 'running' ? 1 : 0);
  }

  #forget(name: string): void {
    this.#known.delete(name);
    this.#running.remove({ task: name });
    this.#live.remove({ task: name });
  }
}
