import type { CaseFailure, Explored } from '../../../../contract/index.ts';
import { administrationOf } from '../../invariants/administration-tables.ts';
import type { JobRunRow } from '../../invariants/administration-tables.ts';
import { runTime, tablesOf } from '../../invariants/tables.ts';
import { backupsOf } from './backups.ts';

/**
 * A daily run that is on record has done its work: what failed must be tried again, and a record says that the day is over. Of a
 * verification that is a result, and, where the trail was intact, a backup of all that was verified.
 */
export function dailyRuns(explored: Explored): readonly CaseFailure[] {
  const { jobRuns = [] } = administrationOf(explored);
  return jobRuns.flatMap((run): CaseFailure[] => {
    const left = run.detail['skipped'] === undefined ? undone(run, explored) : undefined;
    if (left === undefined) return [];
    return [
      {
        check: 'answers:run-has-done-its-work',
        what: `a run of ${run.job} is on record, and ${left}`,
        at: runTime(tablesOf(explored), run.ended_at),
      },
    ];
  });
}

function undone(run: JobRunRow, explored: Explored): string | undefined {
  if (run.job === 'contract-check')
    return Number(run.detail['contracts']) > 0 ? undefined : 'no contract was looked at';
  if (run.job !== 'audit-chain-verify') return undefined;
  const { auditVerifications } = administrationOf(explored);
  const result = auditVerifications.find(({ at }) => run.started_at <= at && at <= run.ended_at);
  if (result === undefined) return 'the audit trail was not verified';
  if (!result.intact) return undefined;
  const to = Math.max(
    0,
    ...backupsOf(explored).auditBackups.flatMap(({ at, to_seq: seq }) => (at <= run.ended_at ? [seq] : [])),
  );
  return to >= result.rows ? undefined : `of ${result.rows} rows that were intact it had ${to} in the backup`;
}
