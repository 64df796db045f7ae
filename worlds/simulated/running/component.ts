import type { ComponentSpec, Component } from '../../../contract/index.ts';
import type { SimProcess } from '../kernel/process.ts';

/** What the world adds up for a component beside its processes' own counters. */
export interface ComponentParts {
  readonly spec: ComponentSpec;
  readonly processes: readonly SimProcess[];
  readonly healthy: (process: SimProcess) => Promise<boolean>;
  /** Requests, commands or statements answered so far. */
  readonly answered: () => number;
}

/** A component, or several under the name of the whole, as the contract shows it. */
export function simulatedComponent(name: string, parts: readonly ComponentParts[]): Component {
  const processes = parts.flatMap((part) => part.processes);
  const each = async (act: (process: SimProcess) => void): Promise<void> =>
    processes.forEach((process) => act(process));
  const sum = (read: (process: SimProcess) => number): number =>
    processes.reduce((total, process) => total + read(process), 0);
  return {
    name,
    instances: processes.map((process) => process.name),
    kill: () => each((process) => process.kill()),
    terminate: async () => {
      await Promise.all(processes.map((process) => new Promise<void>((ended) => process.terminate(ended))));
    },
    pause: () => each((process) => process.pause()),
    resume: () => each((process) => process.resume()),
    start: () => each((process) => process.start()),
    starve: async ({ kind }) => {
      throw new Error(`${name}: the simulated world has no ${kind}: run this fault with --world deployed`);
    },
    wallClock: {
      jump: (by) => each((process) => process.options.clock.jump(by)),
      drift: (rate) => each((process) => process.options.clock.drift(rate)),
      skew: () => processes[0]?.options.clock.skew() ?? 0,
    },
    healthy: async () => {
      const answers = await Promise.all(
        parts.flatMap((part) => part.processes.map((process) => part.healthy(process))),
      );
      return answers.every(Boolean);
    },
    state: () => {
      const states = processes.map((process) => process.state);
      if (states.every((state) => state === 'running')) return 'running';
      return states.includes('exited') ? 'exited' : 'paused';
    },
    get observed() {
      return {
        starts: sum((process) => process.counts.starts),
        kills: sum((process) => process.counts.kills),
        exits: sum((process) => process.counts.exits),
        answered: parts.reduce((total, part) => total + part.answered(), 0),
        heldWhilePaused: sum((process) => process.held),
      };
    },
  };
}
