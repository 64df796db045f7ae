import type { Evidence, LineResult, Ms } from '../../contract/index.ts';
import { judgeAlerts } from '../judge/alerts.ts';
import { judgeDetection } from '../judge/detection.ts';
import { judgeImmediate } from '../judge/immediate.ts';
import { judgeInvariant } from '../judge/invariant.ts';
import type { JudgedLine } from '../judge/judged.ts';
import { lineResult } from '../judge/line.ts';
import { judgeMaySee } from '../judge/may-see.ts';
import { judgeNever } from '../judge/never.ts';
import { judgeWithin } from '../judge/within.ts';
import { anchorInstant } from './anchors.ts';
import type { Session } from './session.ts';

/** Every line of the row but witness, steady state and residue, each with its own result. */
export async function judgeAll(session: Session): Promise<readonly LineResult[]> {
  const { instants } = session;
  return [
    ...(instants.witnessed === undefined ? [] : await timed(session, instants.injected ?? instants.witnessed)),
    ...(await lasting(session, session.evidence())),
  ];
}

async function timed(session: Session, injected: Ms): Promise<LineResult[]> {
  const { row } = session.subject;
  const { instants } = session;
  const { cleared = session.now, recovered = session.now } = instants;
  // With a fault that stays it is lifted only after the audit.
  const lifting = Math.min(session.lifting ?? cleared, cleared);
  const judge = async (
    part: 'mitigation' | 'recovery',
    { index, line, probe }: JudgedLine,
    from: Ms,
    to: Ms,
  ): Promise<LineResult> => {
    const anchor = anchorInstant(line.from, instants, part);
    const claim = {
      reference: `${part}[${index}]`,
      title: line.behaviour,
      expected: probe?.title ?? line.behaviour,
      limit: line.within,
      anchor,
    };
    if (!probe) return lineResult(claim, { verdict: 'unknown', seen: 'the scenario has no assertion for this line' });
    const looks = await session.observe(probe, from, to);
    const { ms } = line.within;
    return lineResult(claim, ms === 'immediate' ? judgeImmediate(looks, anchor) : judgeWithin(looks, anchor, ms));
  };
  const { alert, condition, within, from } = row.detection;
  const anchor = anchorInstant(from, instants, 'detection');
  const detection = lineResult(
    { reference: 'detection', title: alert, expected: `${alert} fires: ${condition}`, limit: within, anchor },
    judgeDetection(instants.detected, alert, anchor, within.ms === 'immediate' ? 0 : within.ms),
  );
  // Where it must be silent it is one of the other alerts.
  const results = session.silent ? [] : [detection];
  for (const line of session.lines('mitigation')) {
    // The phase ends when the fault begins to be lifted: clients meet the end of that before it is known to be cleared. A line
    // that counts from cleared is judged in the next.
    const [begin, end] = line.line.from === 'cleared' ? [cleared, recovered] : [injected, lifting];
    results.push(await judge('mitigation', line, begin, end));
  }
  for (const line of session.lines('recovery')) results.push(await judge('recovery', line, cleared, recovered));
  return results;
}

/** The lines that are judged over the whole run; also with planted evidence. */
export async function lasting(session: Session, evidence: Evidence): Promise<LineResult[]> {
  const { body, catalogue, invariants, row } = session.subject;
  const { steady = 0, ended = session.now } = evidence.instants;
  const results: LineResult[] = [];
  for (const [i, probe] of session.never) {
    const looks = await probe.observe(evidence, session.running, steady, ended);
    results.push(
      lineResult(
        { reference: `impact.never[${i}]`, title: probe.title, expected: `never: ${row.impact.never}` },
        judgeNever(looks),
      ),
    );
  }
  results.push(
    lineResult(
      { reference: 'impact.maySee', title: 'what clients may see', expected: row.impact.maySee },
      judgeMaySee(evidence.operations, body.maySee, {
        ...evidence.instants,
        // On a real machine an injection takes its time, and clients meet it before it is complete.
        ...(session.injecting === undefined ? {} : { injected: session.injecting }),
      }),
    ),
    lineResult(
      { reference: 'alerts', title: 'other alerts', expected: "no alert but the row's and those alongside" },
      judgeAlerts(evidence.alerts, expectedAlerts(session), evidence.instants.steady),
    ),
  );
  for (const name of row.invariants) {
    const invariant = invariants.find((candidate) => candidate.name === name);
    const claim = { reference: `invariant:${name}`, title: name, expected: catalogue.invariants[name] ?? name };
    results.push(
      lineResult(
        claim,
        invariant ? judgeInvariant(invariant.check(evidence)) : { verdict: 'unknown', seen: 'not written' },
      ),
    );
  }
  return results;
}

/** The alerts that may fire in this run. */
export function expectedAlerts({ silent, subject: { row } }: Session): readonly string[] {
  return [...(silent ? [] : [row.detection.alert]), ...row.alongside.map(({ alert }) => alert)];
}
