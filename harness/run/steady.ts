import type { Ms } from '../../contract/index.ts';
import { quietSince } from '../judge/alerts.ts';
import { heldSince } from '../judge/held-since.ts';
import { lineResult } from '../judge/line.ts';
import { tooBusy } from '../judge/unjudged.ts';
import { summary } from '../judge/judgement.ts';
import type { Session } from './session.ts';

/** The steady state is held for 30 s, and reached within 2 min. */
export const STEADY_HOLD_MS: Ms = 30_000;
export const STEADY_LIMIT_MS: Ms = 120_000;

/** What every steady-state probe shows since `from`. */
interface Steadiness {
  /** All hold since here; undefined while one does not, or has no look. */
  readonly since: Ms | undefined;
  /** Most looks of the last 30 s could be judged: a machine may be busy with the start of the deployment. */
  readonly judged: boolean;
  readonly seen: readonly { readonly verdict: 'pass' | 'fail' | 'unknown'; readonly text: string }[];
}

const UNSEEN = { verdict: 'unknown', text: 'nothing was observed' } as const;

async function look(session: Session, from: Ms): Promise<Steadiness> {
  const seen = [];
  let since: Ms | undefined = from;
  let judged = true;
  for (const [, probe] of session.steadyState) {
    const looks = await session.observe(probe, from, session.now);
    const held = heldSince(looks);
    const broken = looks.some(({ holds }) => !holds);
    // A probe without a look so far holds nothing; one that never broke holds from the start.
    if (held === undefined) since = undefined;
    else if (since !== undefined && broken) since = Math.max(since, held.at);
    const busy = held !== undefined && tooBusy(looks.filter(({ at }) => at >= session.now - STEADY_HOLD_MS));
    judged &&= !busy;
    const unseen = looks.length === 0 || busy;
    const verdict = unseen ? 'unknown' : held === undefined ? 'fail' : 'pass';
    seen.push({ verdict, text: summary(looks.slice(-1), looks.at(-1)) } as const);
  }
  return { since, judged, seen };
}

function hasHeld({ since }: Steadiness, now: Ms): boolean {
  return since !== undefined && now - since >= STEADY_HOLD_MS;
}

/**
 * Waits until the steady state has held for 30 s, in which no alert stood: those of the start have cleared before. False, with the session's problem
 * set, when the run may not go on.
 */
export async function steady(session: Session): Promise<boolean> {
  const { body } = session.subject;
  const from = session.now;
  const deadline = from + STEADY_LIMIT_MS + STEADY_HOLD_MS;
  session.enter('steady', 'the steady state to hold for 30 s', deadline);
  session.pollers.start(body.steadyState);
  await session.sleep(STEADY_HOLD_MS);
  let last = await look(session, from);
  let standing: string | undefined;
  const settled = async (): Promise<boolean> => {
    const seen = await look(session, from);
    const quiet = quietSince(session.running.alerts(), from);
    standing = typeof quiet === 'object' ? quiet.standing : undefined;
    const since = seen.since === undefined || typeof quiet === 'object' ? undefined : Math.max(seen.since, quiet);
    last = { ...seen, since };
    return hasHeld(last, session.now) && last.judged;
  };
  if (!(await session.until(settled, 1000, deadline)) && !hasHeld(last, session.now)) {
    const why = standing === undefined ? '' : `: the alert ${standing} stands`;
    session.problem = `the steady state was not reached within 2 min${why}`;
  }
  session.pollers.stop(body.steadyState);
  if (session.problem === undefined) session.instants.steady = last.since ?? from;
  const reached = session.problem === undefined;
  session.steadyState.forEach(([i, probe], nth) => {
    const { verdict, text } = last.seen[nth] ?? UNSEEN;
    session.record(
      lineResult(
        { reference: `steady[${i}]`, title: probe.title, expected: probe.title },
        // Not a finding about the row: without a steady state nothing can be judged.
        { verdict: verdict === 'pass' || (verdict === 'unknown' && reached) ? verdict : 'error', seen: text },
      ),
    );
  });
  return reached;
}

/**
 * The steady state "again at the end" (catalogue/README.md): held over the last 30 s of the recovery, or reached within
 * another 2 min.
 */
export async function steadyAgain(session: Session): Promise<void> {
  const { row } = session.subject;
  const from = Math.max(session.instants.cleared ?? 0, session.now - STEADY_HOLD_MS);
  const deadline = session.now + STEADY_LIMIT_MS;
  session.enter('steady again', 'the steady state to hold again', deadline);
  let last = await look(session, from);
  await session.until(
    async () => {
      last = await look(session, from);
      return hasHeld(last, session.now) && last.judged;
    },
    1000,
    deadline,
  );
  session.steadyState.forEach(([i, probe], nth) => {
    const { verdict, text } = last.seen[nth] ?? UNSEEN;
    session.record(
      lineResult(
        { reference: `steady[${i}].again`, title: probe.title, expected: `${probe.title}, again after ${row.title}` },
        { verdict, seen: text },
      ),
    );
  });
}
