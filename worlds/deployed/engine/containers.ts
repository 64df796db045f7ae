import type Docker from 'dockerode';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { PROJECT_LABEL, PROJECT_PREFIX, RUN_LABEL, SERVICE_LABEL } from './labels.ts';

export type State = 'running' | 'paused' | 'exited';

/** What the engine tells of by itself. */
export type ContainerEvent = 'start' | 'die' | 'pause' | 'unpause';

/** As Docker's API writes it. */
interface EngineEvent {
  readonly Action: ContainerEvent;
  readonly Actor: { readonly Attributes: Readonly<Record<string, string>> };
}

/** One container as the engine lists it. */
export interface Listed {
  readonly id: string;
  /** The instance: `numbering-service-2`. */
  readonly name: string;
  readonly state: State;
}

/** Not this run's: nothing outside may be the target of a fault. */
export class NotOurs extends Error {
  override readonly name = 'NotOurs';
}

/** The containers of one run. Each verb asks the engine anew whether its target carries the run's label. */
export class Containers {
  readonly #docker: Docker;
  readonly run: string;

  constructor(docker: Docker, run: string) {
    this.#docker = docker;
    this.run = run;
  }

  async list(): Promise<readonly Listed[]> {
    const found = await this.#docker.listContainers({ all: true, filters: { label: [`${RUN_LABEL}=${this.run}`] } });
    return found.map(({ Id, Labels, State }) => ({
      id: Id,
      name: Labels[SERVICE_LABEL] ?? Id,
      state: State === 'running' || State === 'paused' ? State : 'exited',
    }));
  }

  /** Calls back whenever the engine tells that one starts, ends, is paused or goes on. Disposing ends it. */
  async onEvent(happened: (instance: string, what: ContainerEvent) => void): Promise<Disposable> {
    const events = (await this.#docker.getEvents({
      filters: {
        type: ['container'],
        label: [`${RUN_LABEL}=${this.run}`],
        event: ['start', 'die', 'pause', 'unpause'],
      },
    })) as Readable;
    events.on('error', () => {}); // whoever wants to be sure looks now and then
    const lines = createInterface({ input: events });
    lines.on('line', (line) => {
      const { Action, Actor } = JSON.parse(line) as EngineEvent;
      happened(Actor.Attributes[SERVICE_LABEL] ?? '', Action);
    });
    return { [Symbol.dispose]: () => void events.destroy() };
  }

  /** @throws NotOurs for a container that does not exist or is not this run's */
  async target(name: string): Promise<Docker.Container> {
    const filters = { label: [`${RUN_LABEL}=${this.run}`, `${SERVICE_LABEL}=${name}`] };
    const [found, ...more] = await this.#docker.listContainers({ all: true, filters });
    if (found === undefined || more.length > 0)
      throw new NotOurs(
        `${name}: ${more.length + Number(found !== undefined)} containers of the run ${this.run}, expected one`,
      );
    const container = this.#docker.getContainer(found.Id);
    const { Config } = await container.inspect();
    if (Config.Labels[RUN_LABEL] !== this.run || !Config.Labels[PROJECT_LABEL]?.startsWith(PROJECT_PREFIX))
      throw new NotOurs(`${name} (${found.Id.slice(0, 12)}) does not carry ${RUN_LABEL}=${this.run}`);
    return container;
  }

  /** What a container may use: memory in bytes and the share of processors in microseconds a period; 0 or less is no limit. */
  async limits(name: string): Promise<{ readonly memory: number; readonly quota: number }> {
    const { HostConfig } = await (await this.target(name)).inspect();
    return { memory: HostConfig.Memory ?? 0, quota: Math.max(0, HostConfig.CpuQuota ?? 0) };
  }

  /** Process id of a running container's first process, as this machine sees it. */
  async pid(name: string): Promise<number> {
    const { State } = await (await this.target(name)).inspect();
    if (State.Pid === 0) throw new Error(`${name} does not run`);
    return State.Pid;
  }

  /** The last lines of what a container has written. */
  async lastWords(name: string, lines: number): Promise<string> {
    const log = await (await this.target(name)).logs({ stdout: true, stderr: true, tail: lines });
    return unframed(log);
  }

  /** Address of a container in the run's network. */
  async address(name: string): Promise<string> {
    const { NetworkSettings } = await (await this.target(name)).inspect();
    const [address] = Object.values(NetworkSettings.Networks).map(({ IPAddress }) => IPAddress);
    if (address === undefined || address === '') throw new Error(`${name} is in no network`);
    return address;
  }
}

/** The text of a log as the engine sends it: pieces, each after eight bytes of which the last four are its length. */
function unframed(log: Buffer): string {
  const pieces: string[] = [];
  for (let at = 0; at + 8 <= log.length;) {
    const length = log.readUInt32BE(at + 4);
    pieces.push(log.toString('utf8', at + 8, at + 8 + length));
    at += 8 + length;
  }
  return pieces.join('').trim();
}
