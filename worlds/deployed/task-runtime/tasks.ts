import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { STANDBY_PREFIX } from '../dead-mans-switch/lease.ts';
import { EngineError } from './engine.ts';
import type { Container, Engine } from './engine.ts';

/** Label of everything that belongs to a run; its value is the run's id. */
export const RUN_LABEL = 'org.faultline.run';
/** Label of a container that is a task; its value is the task's name. */
export const TASK_LABEL = 'org.faultline.task';
/** Label with the URL that answers 2xx while the task makes progress. */
export const LIVENESS_LABEL = 'org.faultline.liveness';

const SERVICE_LABEL = 'com.docker.compose.service';
/** On a PostgreSQL server, with another of its set after a dot: where that one is reached for replication. */
const REPLICATES_LABEL = 'org.faultline.replicates';
const COPIED_WITHIN_MS = 60_000;
const LOOK_EVERY_MS = 100;

/** As `system/operations/supervisor/runtime.ts` reads it. */
export interface Task {
  readonly name: string;
  readonly state: string;
  readonly exitCode: number | null;
  readonly livenessUrl: string | null;
}

/** The tasks of one run: its containers with a task's label. Nothing else of the engine can be reached through it. */
export class Tasks {
  readonly #engine: Engine;
  readonly #run: string;
  readonly #restarting = new Map<string, Promise<void>>();

  constructor(engine: Engine, run: string) {
    this.#engine = engine;
    this.#run = run;
  }

  /** By name. @throws EngineError */
  async list(): Promise<readonly Task[]> {
    const tasks = (await this.#containers()).map((container) => ({
      name: container.Labels[TASK_LABEL] ?? '',
      state: container.State,
      exitCode: exitCode(container),
      livenessUrl: container.Labels[LIVENESS_LABEL] ?? null,
    }));
    return tasks.toSorted((a, b) => (a.name < b.name ? -1 : 1));
  }

  /**
   * Ends and starts a task; a second request while one is carried out waits for that one.
   * @returns false: the run has no such task
   * @throws EngineError
   */
  async restart(name: string): Promise<boolean> {
    const container = (await this.#containers()).find(({ Labels }) => Labels[TASK_LABEL] === name);
    if (container === undefined) return false;
    let restarting = this.#restarting.get(name);
    if (restarting === undefined) {
      restarting = this.#restart(container).finally(() => this.#restarting.delete(name));
      this.#restarting.set(name, restarting);
    }
    await restarting;
    return true;
  }

  /**
   * Throws away the data of a PostgreSQL server and starts it as a standby of another of its set. Resolves when it has its copy
   * (images/postgres/member.sh).
   * @returns false: the run has no such server, or no such other
   * @throws EngineError
   */
  async rebuild(name: string, standbyOf: string, folder: string): Promise<boolean> {
    const container = (await this.#all()).find(({ Labels }) => Labels[SERVICE_LABEL] === name);
    const address = container?.Labels[`${REPLICATES_LABEL}.${standbyOf}`];
    if (container === undefined || address === undefined) return false;
    if (container.State !== 'exited') {
      await this.#engine.kill(container.Id);
      await this.#engine.ended(container.Id);
    }
    const request = join(folder, STANDBY_PREFIX + name);
    writeFileSync(request, `${address.replace(':', ' ')}\n`);
    await this.#engine.start(container.Id);
    for (const end = performance.now() + COPIED_WITHIN_MS; existsSync(request); await sleep(LOOK_EVERY_MS))
      if (performance.now() > end) throw new EngineError(`${name} had no copy of ${standbyOf} in time`);
    return true;
  }

  /** A paused task cannot hear SIGTERM, and would hold the engine for its whole grace: it is killed. */
  async #restart({ Id, State }: Container): Promise<void> {
    if (State === 'paused') {
      await this.#engine.kill(Id);
      await this.#engine.ended(Id);
    }
    await this.#engine.restart(Id);
  }

  async #containers(): Promise<readonly Container[]> {
    return (await this.#all([TASK_LABEL])).filter(({ Labels }) => Labels[TASK_LABEL] !== undefined);
  }

  async #all(labels: readonly string[] = []): Promise<readonly Container[]> {
    const found = await this.#engine.list([`${RUN_LABEL}=${this.#run}`, ...labels]);
    // The engine filters; what it gives is held to it once more, because a restart must never hit another's container.
    return found.filter(({ Labels }) => Labels[RUN_LABEL] === this.#run);
  }
}

function exitCode({ State, Status }: Container): number | null {
  const code = State === 'exited' ? /^Exited \((\d+)\)/.exec(Status)?.[1] : undefined;
  return code === undefined ? null : Number(code);
}
