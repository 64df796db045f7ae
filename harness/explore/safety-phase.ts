import type { Command, ExplorationCase, Ms, Performer, Running } from '../../contract/index.ts';
import type { RecordedHistory } from '../run/history.ts';
import { lieInWait } from './ambush.ts';
import type { Companion, Sprung } from './ambush.ts';
import { aboutOf, sharing } from './draw-workload.ts';
import type { CaseSubject } from './run-case.ts';
import type { Schedule } from './schedule.ts';

/** What is under way may take this long to end; the clients' own limits are far below. */
const DRAIN_LIMIT_MS: Ms = 60_000;
const DRAIN_LOOK_MS: Ms = 100;

/** What the phase came to. */
interface Phase {
  /** Which command made which operation. */
  readonly makers: ReadonlyMap<number, number>;
  /** What lay in wait and came. Absent: nothing did. */
  readonly sprung?: Sprung;
}

/**
 * Phase 1: commands and faults at their instants, by an open loop; nobody waits for an answer before the next one is due.
 * Ends when its time is over and every answer is in.
 */
export async function safetyPhase(
  { case: drawn, model, observer, lurking }: Pick<CaseSubject, 'case' | 'model' | 'observer' | 'lurking'>,
  running: Running,
  history: RecordedHistory,
  performer: Performer,
  schedule: Schedule,
): Promise<Phase> {
  const { clock } = running;
  await schedule.begin();
  const begun = clock.now();
  const background: Promise<void>[] = [];
  const over = Promise.withResolvers<void>();
  let latest: Command | undefined;
  const begin = (command: Command): Promise<void> => {
    latest = command;
    observer?.command(command.name);
    return performer.perform(command);
  };
  const join = ({ name, client = latest?.client ?? 0, arguments: own }: Companion, at: Ms): Command => ({
    at,
    client,
    name,
    arguments: sharing(model, name, own, aboutOf(model, latest)),
  });
  const waiting =
    observer === undefined || lurking === undefined
      ? undefined
      : lieInWait(lurking, {
          carriedOut: () => observer.carriedOut(),
          clock,
          schedule,
          join,
          perform: (command) => void background.push(begin(command)),
          over: over.promise,
        });
  const makers = new Map<number, number>();
  const perform = (index: number, command: Command): Promise<void> => {
    const before = history.operations.length;
    const performed = begin(command);
    for (let id = before; id < history.operations.length; id += 1) makers.set(id, index);
    return performed;
  };
  for (const { at, act } of timeline(drawn, perform, schedule)) {
    const wait = begun + at - clock.now();
    if (wait > 0) await clock.sleep(wait);
    background.push(act());
  }
  const rest = begun + drawn.lastsMs - clock.now();
  if (rest > 0) await clock.sleep(rest);
  over.resolve();
  const limit = clock.now() + DRAIN_LIMIT_MS;
  while (history.pending > 0 && clock.now() < limit) await clock.sleep(DRAIN_LOOK_MS);
  const sprung = await waiting;
  await Promise.all(background);
  return { makers, ...(sprung === undefined ? {} : { sprung }) };
}

interface Due {
  readonly at: Ms;
  readonly act: () => Promise<void>;
}

/** In the order of their instants; at one instant healing comes first, then faults, then commands. */
function timeline(
  drawn: ExplorationCase,
  perform: (index: number, command: Command) => Promise<void>,
  schedule: Schedule,
): readonly Due[] {
  return [
    ...drawn.faults.map((planned) => ({
      at: planned.at + planned.lastsMs,
      act: async () => schedule.ends(planned),
    })),
    ...drawn.faults.map((planned) => ({ at: planned.at, act: () => schedule.begins(planned) })),
    ...drawn.commands.map((command, index) => ({ at: command.at, act: () => perform(index, command) })),
  ].toSorted((a, b) => a.at - b.at);
}
