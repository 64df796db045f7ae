/** The few calls of a container engine's API that the task runtime needs, over its unix socket. */
import { request } from 'node:http';

const CALL_TAKES_AT_MOST_MS = 30_000;

/** A container as the engine lists it. */
export interface Container {
  readonly Id: string;
  /** `created`, `running`, `paused`, `restarting`, `removing`, `exited` or `dead`. */
  readonly State: string;
  /** For people: `Exited (137) 2 seconds ago`. */
  readonly Status: string;
  readonly Labels: Readonly<Record<string, string>>;
}

/** The engine did not do what it was asked. */
export class EngineError extends Error {
  override readonly name = 'EngineError';
}

export class Engine {
  readonly #socket: string;

  constructor(socket: string) {
    this.#socket = socket;
  }

  /** Containers, ended ones too, that carry all these labels (`name` or `name=value`). */
  async list(labels: readonly string[]): Promise<readonly Container[]> {
    const filters = encodeURIComponent(JSON.stringify({ label: labels }));
    return JSON.parse(await this.#call('GET', `/containers/json?all=true&filters=${filters}`)) as Container[];
  }

  /** Ends the container (its stop signal, SIGKILL after its grace) if it runs, and starts it. */
  async restart(id: string): Promise<void> {
    await this.#call('POST', `/containers/${id}/restart`);
  }

  /** SIGKILL; a paused container goes on only to end. */
  async kill(id: string): Promise<void> {
    await this.#call('POST', `/containers/${id}/kill?signal=KILL`);
  }

  /** Resolves when the container has ended. */
  async ended(id: string): Promise<void> {
    await this.#call('POST', `/containers/${id}/wait?condition=not-running`);
  }

  #call(method: 'GET' | 'POST', path: string): Promise<string> {
    return new Promise((resolve, reject) => {
      const call = request({ socketPath: this.#socket, method, path, timeout: CALL_TAKES_AT_MOST_MS }, (answer) => {
        let body = '';
        answer.setEncoding('utf8');
        answer.on('data', (part: string) => (body += part));
        answer.on('error', reject);
        answer.on('end', () => {
          const status = answer.statusCode ?? 0;
          if (status < 300) resolve(body);
          else reject(new EngineError(`The engine answered ${status} to ${method} ${path}: ${body.trim()}`));
        });
      });
      call.on('timeout', () => {
        call.destroy(
          new EngineError(`The engine did not answer ${method} ${path} within ${CALL_TAKES_AT_MOST_MS / 1000} s`),
        );
      });
      call.on('error', reject);
      call.end();
    });
  }
}
