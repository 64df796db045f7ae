/** dead-mans-switch: heals the run when its harness has not renewed the lease for LEASE_MS. */
import { setTimeout as sleep } from 'node:timers/promises';
import { Engine } from '../task-runtime/engine.ts';
import { RUN_LABEL } from '../task-runtime/tasks.ts';
import { heal, isLost } from './switch.ts';
import type { Healing } from './switch.ts';

const {
  FAULTLINE_RUN = '',
  DOCKER_SOCKET = '/var/run/docker.sock',
  CLOCKS = '/clocks',
  PROXIES_URL = 'http://toxiproxy:8474',
  LEASE_MS = '30000',
} = process.env;
const LOOK_EVERY_MS = 1000;
const SERVICE_LABEL = 'com.docker.compose.service';
const PROJECT_LABEL = 'com.docker.compose.project';
const CALL_TIMEOUT_MS = 10_000;

if (FAULTLINE_RUN === '' || !(Number(LEASE_MS) > 0)) {
  process.stderr.write(`FAULTLINE_RUN must be the run's id and LEASE_MS a time (found '${LEASE_MS}').\n`);
  process.exit(78);
}
const engine = new Engine(DOCKER_SOCKET);
const log = (line: string): void => console.log(line);
const find = () => engine.list([`${RUN_LABEL}=${FAULTLINE_RUN}`]);

const healing: Healing = {
  resetProxies: async () => {
    const answer = await fetch(`${PROXIES_URL}/reset`, {
      method: 'POST',
      signal: AbortSignal.timeout(CALL_TIMEOUT_MS),
    });
    if (!answer.ok) throw new Error(`Toxiproxy answered ${answer.status}`);
  },
  unpause: async () => {
    const paused = (await find()).filter(({ State }) => State === 'paused');
    for (const { Id } of paused) await engine.unpause(Id);
    return paused.map(({ Labels }) => Labels[SERVICE_LABEL] ?? '');
  },
  liftRules: async (instance) => {
    const all = await find();
    const target = all.find(({ Labels, State }) => Labels[SERVICE_LABEL] === instance && State === 'running');
    const own = all.find(({ Labels }) => Labels[SERVICE_LABEL] === 'dead-mans-switch');
    // Without its container there is no namespace, and no rule.
    if (target === undefined || own === undefined) return;
    await engine.runInNetworkOf(
      target.Id,
      own.Image,
      ['sh', '-c', 'iptables -w 5 -F INPUT && iptables -w 5 -F OUTPUT'],
      // What `faultline reset` looks for, should this end in the middle.
      { [RUN_LABEL]: FAULTLINE_RUN, [PROJECT_LABEL]: own.Labels[PROJECT_LABEL] ?? '' },
    );
  },
};

for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => process.exit(0));
log(`watches the lease of run ${FAULTLINE_RUN}, ${LEASE_MS} ms`);
for (;;) {
  if (isLost(CLOCKS, Date.now(), Number(LEASE_MS))) {
    log('the harness is gone');
    await heal(CLOCKS, healing, log);
  }
  await sleep(LOOK_EVERY_MS);
}
