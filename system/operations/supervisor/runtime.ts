/**
 * The task runtime that the supervisor needs, over HTTP. Each world provides one: a container engine, a cluster, a simulation.
 *
 *   GET  {TASK_RUNTIME_URL}/v1/tasks                  200 {"tasks": Task[]}, or Task[] itself
 *   POST {TASK_RUNTIME_URL}/v1/tasks/{name}:restart   2xx once the task has been told to start anew; 404 for an unknown name
 *
 * A restart of a task that runs, or is paused, ends it first (SIGTERM, then SIGKILL after the runtime's grace), so it also replaces a task that hangs.
 */
import { z } from 'zod';

const taskSchema = z.object({
  name: z.string().min(1),
  /** `running` and `exited` matter; any other state is shown and left alone. */
  state: z.string(),
  /** Exit code of the last life, while exited. */
  exitCode: z.number().int().nullish(),
  /** Full URL that answers 2xx while the task makes progress; absent: the task is not probed. */
  livenessUrl: z.url().nullish(),
});

/** One task of the runtime. */
export type Task = z.infer<typeof taskSchema>;

const answerSchema = z.union([z.array(taskSchema), z.object({ tasks: z.array(taskSchema) })]);

/** The runtime did not do what it was asked. */
export class RuntimeError extends Error {
  override readonly name = 'RuntimeError';
  /** HTTP status of the answer; undefined: there was none. */
  readonly status: number | undefined;

  constructor(message: string, status?: number, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.status = status;
  }
}

/** Lists and restarts tasks. */
export interface TaskRuntime {
  /** @throws RuntimeError */
  tasks(): Promise<readonly Task[]>;
  /** @throws RuntimeError */
  restart(name: string): Promise<void>;
}

/** The runtime at `base`; a call that takes longer than `timeoutMs` has failed. */
export function httpRuntime(base: string, timeoutMs: number): TaskRuntime {
  const call = async (method: 'GET' | 'POST', path: string): Promise<string> => {
    const url = new URL(path, base.endsWith('/') ? base : `${base}/`);
    let response: Response;
    let body: string;
    try {
      response = await fetch(url, { method, signal: AbortSignal.timeout(timeoutMs) });
      body = await response.text();
    } catch (error) {
      throw new RuntimeError(`The task runtime does not answer ${method} ${url.pathname}`, undefined, error);
    }
    if (!response.ok) {
      throw new RuntimeError(
        `The task runtime answered ${response.status} to ${method} ${url.pathname}`,
        response.status,
      );
    }
    return body;
  };
  return {
    async tasks() {
      const body = await call('GET', 'v1/tasks');
      try {
        const answer = answerSchema.parse(JSON.parse(body));
        return Array.isArray(answer) ? answer : answer.tasks;
      } catch (error) {
        throw new RuntimeError('The task runtime gave a list of tasks that cannot be read', 200, error);
      }
    },
    async restart(name) {
      await call('POST', `v1/tasks/${encodeURIComponent(name)}:restart`);
    },
  };
}
