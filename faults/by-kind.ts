import type { Arguments, Fault, PlannedFault } from '../contract/index.ts';
import { quorumLost } from './broker-quorum-lost.ts';
import { clockDrift } from './clock-drift.ts';
import { clockJump } from './clock-jump.ts';
import { blackhole } from './link-blackhole.ts';
import { bandwidth } from './link-bandwidth.ts';
import { linkDown } from './link-down.ts';
import { latency } from './link-latency.ts';
import { partition } from './link-partition.ts';
import { resetLink } from './link-reset.ts';
import { crashLoop } from './process-crash-loop.ts';
import { kill, terminate } from './process-kill.ts';
import { pause } from './process-pause.ts';
import { primaryLost } from './primary-lost.ts';
import { primarySwitched } from './primary-switched.ts';
import { flushed } from './redis-flushed.ts';
import { notificationsOff } from './redis-notifications-off.ts';
import { applyDelay, replayPaused } from './storage-lag.ts';
import { lockTable } from './table-lock.ts';

type Make = (targets: readonly string[], options: Arguments) => Fault;

const one = ([target]: readonly string[]): string => {
  if (target === undefined) throw new Error('expected a target, found none: name a component');
  return target;
};
const two = ([from, to]: readonly string[]): readonly [string, string] => {
  if (from === undefined || to === undefined)
    throw new Error('expected both ends of a link, found one or none: name two components');
  return [from, to];
};
const number = (options: Arguments, name: string): number => Number(options[name]);

/** The faults that a schedule can hold as data: the same files as the rows use, by kind. */
const KINDS = {
  'process.kill': (targets) => kill(one(targets)),
  'process.terminate': (targets) => terminate(one(targets)),
  'process.pause': (targets) => pause(one(targets)),
  'process.crash-loop': (targets, options) =>
    crashLoop(one(targets), { upMs: number(options, 'upMs'), downMs: number(options, 'downMs') }),
  'storage.primary-lost': ([server = '', manager = '']) => primaryLost(server, { manager, promotionHeld: false }),
  'storage.switchover': ([server = '', manager = '']) => primarySwitched(server, manager),
  'storage.replay-paused': (targets) => replayPaused(one(targets)),
  'storage.apply-delay': (targets, options) => applyDelay(one(targets), number(options, 'delayMs')),
  'storage.table-lock': (targets, options) => lockTable(one(targets), String(options['table'])),
  'network.partition': (targets) => partition(...two(targets)),
  'network.down': (targets) => linkDown(...two(targets)),
  'network.blackhole': (targets) => blackhole(...two(targets)),
  'network.reset': (targets) => resetLink(...two(targets)),
  'network.latency': (targets, options) =>
    latency(...two(targets), { latencyMs: number(options, 'latencyMs'), jitterMs: number(options, 'jitterMs') }),
  'network.bandwidth': (targets, options) =>
    bandwidth(...two(targets), { kilobytesPerSecond: number(options, 'kilobytesPerSecond') }),
  'clock.jump': (targets, options) => clockJump(targets, number(options, 'byMs')),
  'clock.drift': (targets, options) => clockDrift(one(targets), number(options, 'rate')),
  'cache.flushed': (targets) => flushed(one(targets)),
  'cache.notifications-off': (targets) => notificationsOff(one(targets)),
  'broker.quorum-lost': (targets) => quorumLost(one(targets)),
} as const satisfies Readonly<Record<string, Make>>;

/** The kinds that `faultOf` knows. */
export const faultKinds: readonly string[] = Object.keys(KINDS);

/** The fault that the data stand for. @throws where the kind is unknown or a target is missing */
export function faultOf({ kind, targets, options }: Pick<PlannedFault, 'kind' | 'targets' | 'options'>): Fault {
  const make = (KINDS as Readonly<Record<string, Make>>)[kind];
  if (make === undefined) throw new Error(`no fault of the kind ${kind}: expected one of ${faultKinds.join(', ')}`);
  return make(targets, options);
}
