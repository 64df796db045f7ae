import type { Evidence, LineResult } from '../../contract/index.ts';
import { lasting } from './judge-all.ts';
import type { Session } from './session.ts';

/**
 * The mutation `plant`: one violation at a time is added to the evidence of the run, and the line it belongs to must turn
 * red. The results have the reference `plant:<line>` and pass when the line did turn red.
 */
export async function plantAll(session: Session): Promise<readonly LineResult[]> {
  const { invariants, row } = session.subject;
  const evidence = session.evidence();
  const results: LineResult[] = [];
  const judge = async (reference: string, planted: Evidence | undefined): Promise<void> => {
    const title = `${reference} turns red when a violation is planted`;
    const expected = 'fail';
    if (!planted) {
      results.push({
        reference: `plant:${reference}`,
        title,
        verdict: 'unknown',
        expected,
        seen: 'the probe cannot plant a violation',
      });
      return;
    }
    const line = (await lasting(session, planted)).find((candidate) => candidate.reference === reference);
    const red = line?.verdict === 'fail';
    results.push({
      reference: `plant:${reference}`,
      title,
      verdict: red ? 'pass' : 'fail',
      expected,
      seen: line ? `${line.verdict}: ${line.seen}` : 'no such line',
    });
  };
  for (const [i, probe] of session.never) await judge(`impact.never[${i}]`, probe.plant?.(evidence));
  await judge('impact.maySee', withRefusal(evidence));
  await judge('alerts', withAlert(evidence));
  for (const invariant of invariants)
    if (row.invariants.includes(invariant.name)) await judge(`invariant:${invariant.name}`, invariant.plant(evidence));
  return results;
}

function withRefusal(evidence: Evidence): Evidence {
  const { injected = 0 } = evidence.instants;
  const planted = {
    id: -1,
    process: 'planted',
    name: 'planted',
    input: {},
    invokedAt: injected,
    completedAt: injected,
    outcome: 'fail',
    error: 'PLANTED',
  } as const;
  return { ...evidence, operations: [...evidence.operations, planted] };
}

function withAlert(evidence: Evidence): Evidence {
  const planted = {
    alert: 'Planted',
    state: 'firing',
    at: evidence.instants.injected ?? 0,
    labels: {},
    annotations: {},
  } as const;
  return { ...evidence, alerts: [...evidence.alerts, planted] };
}
