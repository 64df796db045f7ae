import { setTimeout as sleep } from 'node:timers/promises';
import type Docker from 'dockerode';
import type { Component, ComponentSpec } from '../../../contract/index.ts';
import type { Containers } from '../engine/containers.ts';
import type { Disks } from './disks.ts';
import { starve } from './shortage.ts';
import type { WallClock } from './wall-clock.ts';
import type { Watcher } from './watcher.ts';

/** How long the engine may take to do what it said. */
const DONE_WITHIN_MS = 10_000;
const LOOK_EVERY_MS = 20;
const DEFAULT_GRACE_MS = 10_000;

/** One container of a component. */
export interface Instance {
  readonly name: string;
  readonly spec: ComponentSpec;
  readonly clock: WallClock;
}

export interface ComponentParts {
  readonly containers: Containers;
  readonly watcher: Watcher;
  readonly healthy: (instance: Instance) => Promise<boolean>;
  readonly disks: Disks;
  /** How often these containers have complained that no space was left. */
  readonly outOfSpace: (instances: readonly string[]) => number;
}

/** A component's containers, or those of several under the name of the whole, as the contract shows them. */
export function deployedComponent(
  name: string,
  instances: readonly Instance[],
  { containers, watcher, healthy, disks, outOfSpace }: ComponentParts,
): Component {
  const act = async (
    verb: (container: Docker.Container, instance: Instance) => Promise<unknown>,
    reached: (state: ReturnType<Component['state']>) => boolean,
  ): Promise<void> => {
    await Promise.all(
      instances.map(async (instance) => {
        if (!reached(watcher.of(instance.name).state)) await verb(await containers.target(instance.name), instance);
      }),
    );
    await until(watcher, () => instances.every((instance) => reached(watcher.of(instance.name).state)), name);
  };
  const sum = (count: keyof ReturnType<Watcher['of']>['counts']): number =>
    instances.reduce((total, instance) => total + watcher.of(instance.name).counts[count], 0);
  return {
    name,
    instances: instances.map((instance) => instance.name),
    kill: () =>
      act(
        async (container, instance) => {
          await container.kill({ signal: 'SIGKILL' });
          watcher.of(instance.name).counts.kills += 1;
        },
        (state) => state === 'exited',
      ),
    terminate: () =>
      act(
        (container, { spec }) =>
          container.stop({
            t: Math.ceil(((spec.kind === 'service' ? spec.graceMs : undefined) ?? DEFAULT_GRACE_MS) / 1000),
          }),
        (state) => state === 'exited',
      ),
    pause: () =>
      act(
        (container) => container.pause(),
        (state) => state === 'paused',
      ),
    resume: () =>
      act(
        (container) => container.unpause(),
        (state) => state !== 'paused',
      ),
    start: () =>
      act(
        (container) => container.start(),
        (state) => state !== 'exited',
      ),
    starve: async (shortage) => {
      await using stack = new AsyncDisposableStack();
      for (const instance of instances)
        stack.use(
          shortage.kind === 'disk-full'
            ? await disks.fill(instance)
            : await starve(await containers.target(instance.name), shortage, watcher.of(instance.name).counts),
        );
      await watcher.look();
      const giving = stack.move();
      return { [Symbol.asyncDispose]: () => giving.disposeAsync() };
    },
    wallClock: {
      jump: async (by) => void (await Promise.all(instances.map(({ clock }) => clock.jump(by)))),
      drift: async (rate) => void (await Promise.all(instances.map(({ clock }) => clock.drift(rate)))),
      skew: () => instances[0]?.clock.skew() ?? 0,
    },
    healthy: async () => (await Promise.all(instances.map(healthy))).every(Boolean),
    state: () => {
      const states = instances.map((instance) => watcher.of(instance.name).state);
      if (states.every((state) => state === 'running')) return 'running';
      return states.includes('exited') ? 'exited' : 'paused';
    },
    get observed() {
      return {
        starts: sum('starts'),
        kills: sum('kills'),
        exits: sum('exits'),
        answered: sum('answered'),
        heldWhilePaused: sum('heldWhilePaused'),
        outOfMemory: sum('outOfMemory'),
        atMemoryLimit: sum('atMemoryLimit'),
        throttled: sum('throttled'),
        outOfSpace: outOfSpace(instances.map((instance) => instance.name)),
      };
    },
  };
}

async function until(watcher: Watcher, done: () => boolean, name: string): Promise<void> {
  for (const end = performance.now() + DONE_WITHIN_MS; ; await sleep(LOOK_EVERY_MS)) {
    await watcher.look();
    if (done()) return;
    if (performance.now() > end) throw new Error(`the engine did not change ${name} within ${DONE_WITHIN_MS / 1000} s`);
  }
}
