import type { Convergence, Ms, Running } from '../../../../contract/index.ts';
import { AUDIT_JOB } from '../../administration/verification.ts';
import { primarySql } from '../../primary.ts';
import { MINUTE, rows } from '../rows-left.ts';
import { DAY_MS, TICK_MS } from './commands.ts';

/** A daily run begins at the look after its day; so long it may take. */
const RUN_MS: Ms = 3000;
/** The first announcement of a contract's end (system/numbering/jobs/daily/contract-check.ts). */
const STEP_DAYS = 60;

const interval = (ms: Ms): string => `interval '${ms} milliseconds'`;
const ANNOUNCED = interval(STEP_DAYS * DAY_MS);
const A_DAY = interval(DAY_MS + TICK_MS + RUN_MS);

/** Exports are halted. */
const HALTED = `exists (select from numbering.incidents where subject = 'AUDIT-CHAIN' and closed_at is null)`;

/** What the daily jobs and the export have to come to once everything is healed. */
export function administrationConverges(): readonly Convergence[] {
  return [dailyRunsCome(), trailVerified(), contractEndsJudged(), exportsMade()];
}

const dailyRunsCome = (): Convergence =>
  rows(
    'daily jobs run each day',
    MINUTE,
    'NUM-11',
    `select count(*)::int as n from unnest(array['audit-chain-verify', 'contract-check']) as j (name)
       where not exists (select from numbering.job_runs r where r.job = j.name and r.started_at > now() - ${A_DAY})`,
    (count) => `${count} of them did not, within a day`,
  );

const trailVerified = (): Convergence =>
  rows(
    'the audit trail is verified each day',
    MINUTE,
    'NUM-15',
    `select count(*)::int as n from (select max(at) as at from numbering.audit_verifications) as last
       where at is null or at <= now() - ${A_DAY}`,
    () => 'it was not, within a day',
  );

/** Of contracts that were near their end at the first look the gate says whether that was acknowledged in time. */
const contractEndsJudged = (): Convergence =>
  rows(
    'readiness gates tell of contracts that end',
    MINUTE,
    'NUM-11',
    `select count(*)::int as n from numbering.contracts c
       left join numbering.readiness_gates g on g.gate = 'contract-expiry' and g.subject = c.id
      where c.effective_until <= $1::timestamptz + ${ANNOUNCED}
        and g.passed is distinct from exists (select from numbering.contract_acknowledgements a where a.contract_id = c.id
          and a.contract_version = c.version and a.step_days = ${STEP_DAYS} and a.acknowledged_at < c.effective_until)`,
    (count) => `${count} gates are missing or wrong`,
  );

/** Those that come due within minutes too: the plan of the last month is a day ahead. */
const exportsMade = (): Convergence =>
  rows(
    'planned exports are made',
    5 * MINUTE,
    'NUM-16',
    `select count(*)::int as n from numbering.regulator_exports
       where status = 'PENDING' and planned_at <= now() + interval '1 hour' and not ${HALTED}`,
    (count) => `${count} of them are PENDING`,
  );

/** Names of alerts that say what clients did, and stand for as long as that does: somebody altered the trail, a term ends. */
export async function toldByClients(running: Running): Promise<readonly string[]> {
  if (!running.deployment.components.some(({ name }) => name === AUDIT_JOB)) return [];
  const [reason] = await primarySql(
    running,
    `select ${HALTED} as halted,
       coalesce((select not intact from numbering.audit_verifications order by id desc limit 1), false) as broken,
       exists (select from numbering.contracts where effective_until <= now() + ${ANNOUNCED}) as ending`,
  );
  return [
    ...(reason?.['broken'] === true ? ['NumberingAuditChainBroken'] : []),
    ...(reason?.['halted'] === true ? ['NumberingRegulatorExportFailed'] : []),
    ...(reason?.['ending'] === true ? ['NumberingContractExpiring'] : []),
  ];
}
