import { randomBytes } from 'node:crypto';
import type { World } from '../../contract/index.ts';
import { findings } from './doctor.ts';
import { engine } from './images/engine.ts';
import { leftBehind, reset } from './leftovers.ts';
import { deployedRunning } from './running/running.ts';
import { substitutesExist } from './stack/compose.ts';
import { Stack } from './stack/stack.ts';

let stack: Stack | undefined;

/** Real containers in real time, `speed` times as fast as the document. Servers stay up between the runs of a process. */
export const world: World = {
  name: 'deployed',
  doctor: findings,
  leftBehind,
  reset,
  start: async (deployment, options) => {
    if (stack === undefined) {
      const docker = await engine(false);
      const run = `${process.pid}-${randomBytes(3).toString('hex')}`;
      stack = new Stack(docker, run, deployment.system, await substitutesExist(docker));
    }
    await stack.start(deployment, options);
    return deployedRunning(stack, deployment, options);
  },
  close: async () => {
    const open = stack;
    stack = undefined;
    await open?.down();
  },
};
