import type { Container, Engine } from './engine.ts';

/** Label of everything that belongs to a run; its value is the run's id. */
export const RUN_LABEL = 'org.faultline.run';
/** Label of a container that is a task; its value is the task's name. */
export const TASK_LABEL = 'org.faultline.task';
/** Label with the URL that answers 2xx while the task makes progress. */
export const LIVENESS_LABEL = 'org.faultline.liveness';

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

  /** A paused task cannot hear SIGTERM, and would hold the engine for its whole grace: it is killed. */
  async #restart({ Id, State }: Container): Promise<void> {
    if (State === 'paused') {
      await this.#engine.kill(Id);
      await this.#engine.ended(Id);
    }
    await this.#engine.restart(Id);
  }

  async #containers(): Promise<readonly Container[]> {
    const found = await this.#engine.list([`${RUN_LABEL}=${this.#run}`, TASK_LABEL]);
    // The engine filters; what it gives is held to it once more, because a restart must never hit another's container.
    return found.filter(({ Labels }) => Labels[RUN_LABEL] === this.#run && Labels[TASK_LABEL] !== undefined);
  }
}

function exitCode({ State, Status }: Container): number | null {
  const code = State === 'exited' ? /^Exited \((\d+)\)/.exec(Status)?.[1] : undefined;
  return code === undefined ? null : Number(code);
}
