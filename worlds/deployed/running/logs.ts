import { PassThrough } from 'node:stream';
import { createInterface } from 'node:readline';
import type Docker from 'dockerode';
import type { LogLine, Ms } from '../../../contract/index.ts';
import type { Containers } from '../engine/containers.ts';

/** What the containers write, by instance, as the engine stamps it. */
export class Logs {
  readonly #containers: Containers;
  readonly #docker: Docker;
  readonly #time: (wall: number) => Ms;
  readonly #lines = new Map<string, LogLine[]>();
  readonly #last = new Map<string, number>();
  readonly #streams = new Map<string, NodeJS.ReadableStream & { destroy?(): void }>();
  #ended = false;

  /** @param time the run's instant of a wall clock reading */
  constructor(docker: Docker, containers: Containers, time: (wall: number) => Ms) {
    this.#docker = docker;
    this.#containers = containers;
    this.#time = time;
  }

  /** Follows a container that runs; again when it was started again. */
  async follow(instance: string): Promise<void> {
    if (this.#ended || this.#streams.has(instance)) return;
    const container = await this.#containers.target(instance);
    const since = ((this.#last.get(instance) ?? 0) + 1) / 1000;
    const stream = await container.logs({ follow: true, stdout: true, stderr: true, timestamps: true, since });
    this.#streams.set(instance, stream);
    const lines = new PassThrough();
    this.#docker.modem.demuxStream(stream, lines, lines);
    stream.on('end', () => {
      this.#streams.delete(instance);
      lines.end();
    });
    createInterface({ input: lines }).on('line', (line) => this.#add(instance, line));
  }

  of(instances: readonly string[]): readonly LogLine[] {
    const found = instances.flatMap((instance) => this.#lines.get(instance) ?? []);
    return instances.length === 1 ? found : found.toSorted((a, b) => a.at - b.at);
  }

  stop(): void {
    this.#ended = true;
    for (const stream of this.#streams.values()) stream.destroy?.();
  }

  #add(source: string, line: string): void {
    const blank = line.indexOf(' ');
    const wall = Date.parse(line.slice(0, blank));
    if (Number.isNaN(wall)) return;
    this.#last.set(source, wall);
    let lines = this.#lines.get(source);
    if (lines === undefined) this.#lines.set(source, (lines = []));
    lines.push({ at: this.#time(wall), source, text: line.slice(blank + 1) });
  }
}
