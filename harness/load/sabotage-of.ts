import type { Row } from '../../catalogue/index.ts';
import type { Sabotage, ScenarioBody } from '../../contract/index.ts';
import type { Job } from '../parent/job.ts';
import { LoadError } from './import-export.ts';

/** The patch of the deployment that a job asks for: that of a catalogue line, or the one that a mutation stands for. */
export function sabotageOf(job: Pick<Job, 'sabotage'>, row: Row, body: ScenarioBody): Sabotage | undefined {
  if (job.sabotage === undefined) return undefined;
  if ('mutation' in job.sabotage)
    return job.sabotage.mutation === 'mute-alert' ? { kind: 'rule-removed', alert: row.detection.alert } : undefined;
  const { line } = job.sabotage;
  const sabotage = body.sabotage[line];
  if (!sabotage)
    throw new LoadError(`${row.id}: the scenario has no sabotage for line ${line}; add sabotage: { ${line}: ... }`);
  return sabotage;
}
