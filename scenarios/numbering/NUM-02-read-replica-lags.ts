import { alertSilent, both, metric, replayPaused, safeguardOff, scenario } from 'faultline';
import { changesAreSeen, looksAtItsChanges } from './changes-are-seen.ts';
import { reportsFromPrimary, reportsFromReplica } from './lease-reports.ts';
import { oneHolder } from './probes.ts';

/** As the service reads it off the replica. */
const lag = metric('replica lag', 'max(pg_replication_lag_seconds)', { unit: 'ms', scale: 1000 });

export default scenario('NUM-02', ({ quote }) => ({
  runs: { A: replayPaused('postgres-replica').for(quote('3 min')) },
  // The load leaves reservations to expire, and somebody has to release them.
  environment: { 'numbering-jobs-cleanup': {} },
  maxSpeed: { speed: 4, why: 'a report newer than 1 s leaves a real machine 0.1 s at 10, and 0.25 s at 4' },
  steadyState: [lag.atMost(quote('1 s')), reportsFromReplica(quote('1 s'))],
  activities: [looksAtItsChanges(2000)],
  mitigation: {
    0: changesAreSeen,
    1: reportsFromPrimary(quote('1 s')),
  },
  recovery: {
    0: both(both(lag.atMost(quote('5 s')), reportsFromReplica(quote('5 s'))), alertSilent('NumberingReplicaLagHigh')),
  },
  never: [changesAreSeen, oneHolder],
  // Asked for on purpose: a number that another tenant has just leased.
  maySee: { reserve: ['CONFLICT'] },
  sabotage: { 0: safeguardOff('hot-path-primary'), 1: safeguardOff('report-reroute') },
}));
