import { both, metric, operations, operatorSkips, pause, polled, safeguardOff, scenario } from 'faultline';
import { ASKS_AGAIN, ASKS_TOO_EARLY, leaseAgain, leaseTooEarly, numbersGivenBack } from './activities.ts';
import { restartJob } from './operators.ts';
import { jobRuns, oneHolder } from './probes.ts';

const SWEEP = 'numbering-jobs-quarantine';
const QUARANTINE_MS = 60_000;

/** Identifiers past their quarantineUntil, as the service counts them. */
const backlog = metric('backlog', 'max(numbering_quarantine_backlog_total)');

/** The steady state's "within a minute". */
const leavesWithinAMinute = polled(
  'numbers leave quarantine within a minute of quarantineUntil',
  1000,
  async ({ running }) => {
    const [row] = await running.admin.sql(
      'postgres',
      `select coalesce(extract(epoch from now() - min(quarantine_until)), 0)::float8 as age
       from numbering.identifiers where state = 'QUARANTINE' and quarantine_until <= now()`,
    );
    const seconds = Number(row?.['age']);
    return { holds: seconds <= 60, seen: `the oldest is ${seconds.toFixed(1)} s over` };
  },
);

/** Only the sweep ends a quarantine, and nothing is leased out of one: the committed changes say. */
const onlyTheSweepGivesBack = polled('no number leaves quarantine but by the sweep', 5000, async ({ running }) => {
  const [row] = await running.admin.sql(
    'postgres',
    `select count(*)::int as ended, count(*) filter (where actor <> 'job:quarantine-sweep')::int as wrong
       from numbering.audit where detail ->> 'from' = 'QUARANTINE'`,
  );
  return { holds: row?.['wrong'] === 0, seen: `${String(row?.['wrong'])} of ${String(row?.['ended'])} by others` };
});

const assign = operations('assign');

export default scenario('NUM-10', ({ quote }) => ({
  runs: { A: pause(SWEEP).for(quote('12 min')) },
  // The document's 30 days are not waited for: numbers rest for a minute, so that the load's own leases keep the sweep at work.
  environment: { 'numbering-service': { QUARANTINE_MS: String(QUARANTINE_MS) } },
  // Near zero: a tenth of what the alert calls a backlog.
  steadyState: [leavesWithinAMinute, backlog.atMost(quote('100') / 10)],
  maxSpeed: {
    speed: 5,
    why: 'ten leases a second, each audited in a chain, are as many as one PostgreSQL on a busy machine commits at 10',
  },
  activities: [numbersGivenBack(quote('150')), leaseTooEarly(20_000), leaseAgain(1000)],
  threshold: backlog.satisfies(`> ${quote('100')}`, (value) => value > quote('100')),
  operator: { onDetected: restartJob(SWEEP) },
  mitigation: {
    0: assign
      .where(`of ${ASKS_TOO_EARLY}`, ({ process }) => process === ASKS_TOO_EARLY)
      .answeredWith('QUARANTINE_ACTIVE'),
    1: jobRuns(SWEEP),
  },
  recovery: {
    0: both(
      backlog.atMost(quote('100') / 10),
      assign.where(`of ${ASKS_AGAIN}`, ({ process }) => process === ASKS_AGAIN).allSucceed(),
    ),
  },
  never: [onlyTheSweepGivesBack, oneHolder],
  maySee: { assign: ['QUARANTINE_ACTIVE'] },
  sabotage: { 0: operatorSkips('onDetected'), 1: safeguardOff('quarantine-state-check') },
}));
