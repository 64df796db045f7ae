import { lineResult } from '../judge/line.ts';
import { judgeLogs } from '../judge/logs.ts';
import type { LineResult, Ms } from '../../contract/index.ts';
import { judgeAll } from './judge-all.ts';
import { plantAll } from './plant-all.ts';
import type { Session } from './session.ts';

/** What is under way may take this long to end after the load was stopped. */
const DRAIN_LIMIT_MS: Ms = 60_000;

/** Stops the load, waits for what is under way, collects the final state and judges every line. */
export async function audit(session: Session): Promise<void> {
  session.enter('audit', 'operations under way to end', session.now + DRAIN_LIMIT_MS);
  await drain(session);
  session.finalState = await session.subject.model.collect(session.running);
  await session.pollers.look(session.never.map(([, probe]) => probe));
  session.pollers.stopAll();
  session.instants.ended = session.now;
  for (const line of await judgeAll(session)) session.record(line);
  session.record(logs(session));
  if (session.subject.mutation === 'plant') for (const line of await plantAll(session)) session.record(line);
}

/** A run in which a service met an error that nobody handled has failed. */
function logs({ running, subject }: Session): LineResult {
  const services = running.deployment.components.filter(({ kind }) => kind === 'service');
  const byName = Object.fromEntries(services.map(({ name }) => [name, running.log(name)]));
  return lineResult(
    { reference: 'logs', title: 'logs of the services', expected: 'no rejection and no exception that nobody handled' },
    judgeLogs(byName, subject.logPatterns),
  );
}

async function drain(session: Session): Promise<void> {
  await session.stage.load.pause();
  let left = session.background.length;
  void Promise.all(session.background.map((task) => task.then(() => (left -= 1))));
  const drained = await session.until(
    () => session.history.pending === 0 && left === 0,
    250,
    session.now + DRAIN_LIMIT_MS,
  );
  if (!drained && left > 0)
    session.problem ??= `${left} activities or operator steps had not ended ${DRAIN_LIMIT_MS / 1000} s after the run`;
  await session.endLoad();
}

/** After every fault has been healed nothing may be left behind. */
export async function residue(session: Session): Promise<void> {
  const left = await session.running.residue();
  session.record(
    lineResult(
      { reference: 'residue', title: 'residue', expected: 'everything as it was at the start' },
      left.length === 0
        ? { verdict: 'pass', seen: 'no residue' }
        : { verdict: 'fail', seen: left.map(({ what, where }) => `${what} at ${where}`).join('; ') },
    ),
  );
}
