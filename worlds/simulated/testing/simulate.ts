import path from 'node:path';
import { installKernel } from '../kernel/patch/install.ts';
import { watchNativeIo } from '../kernel/guard.ts';
import type { Host } from '../kernel/life.ts';
import { loadPackages } from '../kernel/modules.ts';
import { type Program, SimProcess } from '../kernel/process.ts';
import { Simulation, type SimulationOptions, setCurrentSimulation } from '../kernel/simulation.ts';
import { WallClock } from '../kernel/wall-clock.ts';
import { SimNetwork, setCurrentNetwork } from '../network/network.ts';
import { installNetwork } from '../network/patch/install.ts';
import { splitShared } from '../network/patch/shared.ts';

/** 2026-01-01 UTC: virtual 0 of the tests. */
export const EPOCH = Date.UTC(2026, 0, 1);

/** A file of `fixtures/`, run as an ordinary Node program, or a server of the simulation. */
export type NodeProgram = string | Extract<Program, { kind: 'builtin' }>;

export interface Story {
  readonly simulation: Simulation;
  readonly network: SimNetwork;
  /** Lines of all programs: `<virtual ms> <node> <text>`. */
  readonly lines: readonly string[];
  node(name: string, program: NodeProgram, env?: Record<string, string>): SimProcess;
  host(name: string): Host;
  /** Resolves after `ms` of virtual time; rejects when the simulation fails. */
  wait(ms: number): Promise<void>;
  /** What a node wrote, without time and name. */
  said(name: string): string[];
}

/** Runs a story in virtual time inside the test's own process. */
export async function simulate(
  options: Partial<SimulationOptions>,
  story: (stage: Story) => Promise<void>,
): Promise<{ hash: string; lines: readonly string[]; trace: readonly string[] }> {
  installKernel();
  installNetwork();
  const simulation = new Simulation({ seed: 1, epoch: EPOCH, ...options });
  const network = new SimNetwork(simulation);
  setCurrentSimulation(simulation);
  setCurrentNetwork(network);
  const lines: string[] = [];
  const nodes: SimProcess[] = [];
  simulation.start();
  const stopGuard = watchNativeIo((offence) => simulation.fail(offence));
  try {
    await story({
      simulation,
      network,
      lines,
      node: (name, program, env = {}) => {
        const host = network.addHost({ name, zone: 'kbl-a', region: 'kbl' });
        const node = new SimProcess(simulation, {
          host,
          program: typeof program === 'string' ? { kind: 'entry', file: fixture(program) } : program,
          env,
          clock: new WallClock(EPOCH, () => simulation.now),
          graceMs: 1000,
          log: (text) => {
            simulation.record(`log ${name} ${text}`);
            lines.push(`${simulation.now.toFixed(3)} ${name} ${text}`);
          },
        });
        nodes.push(node);
        return node;
      },
      host: (name) => {
        const found = nodes.find((node) => node.name === name);
        if (found === undefined) throw new Error(`no node ${name}`);
        return found.options.host;
      },
      wait: (ms) =>
        Promise.race([new Promise<void>((resolve) => simulation.after(ms, resolve, undefined)), simulation.failed]),
      said: (name) =>
        lines.flatMap((line) => {
          const [, who, ...rest] = line.split(' ');
          return who === name ? [rest.join(' ')] : [];
        }),
    });
  } finally {
    stopGuard();
    for (const node of nodes) node.kill();
    simulation.stop();
    setCurrentSimulation(undefined);
    setCurrentNetwork(undefined);
  }
  return { hash: simulation.trace.hash, lines, trace: simulation.trace.events };
}

const fixture = (name: string): string => path.join(import.meta.dirname, 'fixtures', name);

/** Loads what fixtures import before a run: the first load of a package takes loop turns. */
export async function preload(...fixtures: string[]): Promise<void> {
  installKernel();
  installNetwork();
  for (const name of fixtures) await loadPackages(fixture(name));
  splitShared();
}
