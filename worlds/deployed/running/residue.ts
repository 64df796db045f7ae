import type { Residue } from '../../../contract/index.ts';
import type { Containers } from '../engine/containers.ts';
import { rulesIn } from '../links/packets.ts';
import type { ProxyControl } from '../links/toxiproxy.ts';
import type { Lease } from '../stack/lease.ts';
import type { DeployedAdministration } from './administration.ts';
import type { Instance } from './component.ts';
import type { Disks } from './disks.ts';
import type { Watcher } from './watcher.ts';

/** Containers that no fault is for: a Toxiproxy that was ended has forgotten its toxics, and Prometheus its samples. */
const OWN = ['toxiproxy', 'task-runtime', 'dead-mans-switch', 'prometheus'] as const;

export interface Audited {
  readonly instances: readonly Instance[];
  readonly containers: Containers;
  readonly watcher: Watcher;
  readonly control: ProxyControl;
  readonly admin: DeployedAdministration;
  /** What each instance might use at the start. */
  readonly lease: Lease;
  readonly limits: ReadonlyMap<string, Awaited<ReturnType<Containers['limits']>>>;
  readonly disks: Disks;
}

/** What is not as it was at the start: containers, clocks, proxies, packet rules, servers' settings. */
export async function residueOf({
  instances,
  containers,
  watcher,
  control,
  admin,
  limits,
  lease,
  disks,
}: Audited): Promise<readonly Residue[]> {
  await watcher.look();
  const found: Residue[] = [];
  if (lease.lost)
    found.push({ what: 'healed while the run was on: this process was held up', where: 'dead-mans-switch' });
  for (const name of OWN) {
    const { state, counts } = watcher.of(name);
    if (state !== 'running') found.push({ what: state, where: name });
    else if (counts.exits > 0)
      found.push({ what: 'was ended and started meanwhile, and forgot what it knew', where: name });
  }
  for (const { name, toxics, enabled } of await control.read()) {
    if (!enabled) found.push({ what: 'the proxy is down', where: name });
    for (const toxic of toxics) found.push({ what: `the toxic ${toxic.type} on its ${toxic.stream}`, where: name });
  }
  for (const { name, spec, clock } of instances) {
    if (await disks.isFilled({ name, spec, clock })) found.push({ what: 'its disk is filled up', where: name });
    const { state } = watcher.of(name);
    if (state !== 'running') {
      found.push({ what: state, where: name });
      continue;
    }
    const [first, now] = [limits.get(name), await containers.limits(name)];
    if (now.memory !== first?.memory || now.quota !== first.quota)
      found.push({ what: `may use ${now.memory} bytes and ${now.quota} us of processors a period`, where: name });
    if (Math.abs(clock.skew()) > 0.001) found.push({ what: `clock is off by ${clock.skew()} ms`, where: name });
    if (spec.kind === 'service')
      for (const rule of await rulesIn(containers, name)) found.push({ what: `the packet rule ${rule}`, where: name });
    if (spec.kind !== 'redis') continue;
    for (const [setting, wanted] of Object.entries(spec.config)) {
      const answer = (await admin.redis(spec.name, 'CONFIG', 'GET', setting)) as readonly string[];
      const actual = answer[1] ?? '';
      // The server reports flags in an order of its own: Ex as xE.
      if (sorted(actual) !== sorted(wanted))
        found.push({ what: `${setting} is "${actual}", not "${wanted}"`, where: spec.name });
    }
  }
  return found;
}

const sorted = (flags: string): string => flags.split('').toSorted().join('');
