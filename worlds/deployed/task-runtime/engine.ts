/** The few calls of a container engine's API that the task runtime needs, over its unix socket. */
import { request } from 'node:http';

const CALL_TAKES_AT_MOST_MS = 30_000;

/** A container as the engine lists it. */
export interface Container {
  readonly Id: string;
  readonly Image: string;
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

  async start(id: string): Promise<void> {
    await this.#call('POST', `/containers/${id}/start`);
  }

  /** SIGKILL; a paused container goes on only to end. */
  async kill(id: string): Promise<void> {
    await this.#call('POST', `/containers/${id}/kill?signal=KILL`);
  }

  /** Resolves when the container has ended. */
  async ended(id: string): Promise<void> {
    await this.#call('POST', `/containers/${id}/wait?condition=not-running`);
  }

  /** A paused container goes on. */
  async unpause(id: string): Promise<void> {
    await this.#call('POST', `/containers/${id}/unpause`);
  }

  /**
   * Runs a command to its end in another container's network, as root there and nowhere else. @throws EngineError when its
   * exit code is not 0
   */
  async runInNetworkOf(
    id: string,
    image: string,
    command: readonly string[],
    labels: Readonly<Record<string, string>>,
  ): Promise<void> {
    const made = JSON.parse(
      await this.#call('POST', '/containers/create', {
        Image: image,
        Cmd: command,
        User: '0',
        Labels: labels,
        HostConfig: { NetworkMode: `container:${id}`, CapAdd: ['NET_ADMIN', 'NET_RAW'] },
      }),
    ) as { readonly Id: string };
    try {
      await this.#call('POST', `/containers/${made.Id}/start`);
      const ended = await this.#call('POST', `/containers/${made.Id}/wait?condition=not-running`);
      const { StatusCode } = JSON.parse(ended) as { readonly StatusCode: number };
      if (StatusCode !== 0) throw new EngineError(`${command.join(' ')}: exit code ${StatusCode}`);
    } finally {
      await this.#call('DELETE', `/containers/${made.Id}?force=true&v=true`);
    }
  }

  #call(method: 'GET' | 'POST' | 'DELETE', path: string, body?: object): Promise<string> {
    return new Promise((resolve, reject) => {
      const headers = body === undefined ? {} : { 'content-type': 'application/json' };
      const options = { socketPath: this.#socket, method, path, headers, timeout: CALL_TAKES_AT_MOST_MS };
      const call = request(options, (answer) => {
        let text = '';
        answer.setEncoding('utf8');
        answer.on('data', (part: string) => (text += part));
        answer.on('error', reject);
        answer.on('end', () => {
          const status = answer.statusCode ?? 0;
          if (status < 300) resolve(text);
          else reject(new EngineError(`The engine answered ${status} to ${method} ${path}: ${text.trim()}`));
        });
      });
      call.on('timeout', () => {
        call.destroy(
          new EngineError(`The engine did not answer ${method} ${path} within ${CALL_TAKES_AT_MOST_MS / 1000} s`),
        );
      });
      call.on('error', reject);
      call.end(body === undefined ? undefined : JSON.stringify(body));
    });
  }
}
