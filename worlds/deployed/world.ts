import { randomBytes } from 'node:crypto';
import type { Deployment, World } from '../../contract/index.ts';
import { calibration } from './calibrate.ts';
import { findings } from './doctor.ts';
import { engine } from './images/engine.ts';
import { leftBehind, reset } from './leftovers.ts';
import { deployedRunning } from './running/running.ts';
import { substitutesExist } from './stack/compose.ts';
import { Stack } from './stack/stack.ts';

let stack: Stack | undefined;

async function newStack({ system }: Deployment): Promise<Stack> {
  const docker = await engine(false);
  const run = `${process.pid}-${randomBytes(3).toString('hex')}`;
  return new Stack(docker, run, system, await substitutesExist(docker));
}

/** Real containers in real time, `speed` times as fast as the document. Servers stay up between the runs of a process. */
export const world: World = {
  name: 'deployed',
  doctor: findings,
  leftBehind,
  reset,
  start: async (deployment, options) => {
    stack ??= await newStack(deployment);
    await stack.start(deployment, options);
    return deployedRunning(stack, deployment, options);
  },
  calibrate: async (deployment) => {
    stack ??= await newStack(deployment);
    await stack.start(deployment, { speed: 1 });
    return calibration(stack, stack.docker, deployment);
  },
  close: async () => {
    const open = stack;
    stack = undefined;
    await open?.down();
  },
};
