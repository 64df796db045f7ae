import type { Arguments, Command, Ms, PlannedFault, Running } from '../../contract/index.ts';
import type { Schedule } from './schedule.ts';

/** A call that is made when changed code is carried out, about what the latest command was about. */
export interface Companion {
  /** So long after it. */
  readonly after: Ms;
  /** Absent: of the client who gave the latest command. */
  readonly client?: number;
  readonly name: string;
  readonly arguments: Arguments;
}

/** What comes when changed code is carried out: a fault, at once or with one of the next messages, or calls. */
export type Lurking = { readonly fault: Omit<PlannedFault, 'at'> } | { readonly company: readonly Companion[] };

/** What lay in wait and came, as a case has it. */
export interface Sprung {
  readonly faults: readonly PlannedFault[];
  readonly commands: readonly Command[];
}

/** After the changed code: what it does in the same event is done. Far below any latency. */
const ARM_MS: Ms = 0.01;
/** Between two, for the system to come to itself. */
const REST_MS: Ms = 500;

/** Where an ambush takes place. */
export interface Ambush {
  /** Resolves when changed code is carried out for the next time. */
  readonly carriedOut: () => Promise<void>;
  readonly clock: Running['clock'];
  readonly schedule: Pick<Schedule, 'begins' | 'ends'>;
  /** The command of a companion, at that instant of the phase. */
  readonly join: (companion: Companion, at: Ms) => Command;
  readonly perform: (command: Command) => void;
  /** The phase has ended. */
  readonly over: Promise<void>;
}

/**
 * Lies in wait during the safety phase: each time that changed code is carried out one of the lurking comes, when the one before is over.
 * Resolves with them as a case would have them, so that the run can be made again without knowing when that code was carried out.
 */
export async function lieInWait(
  lurking: readonly Lurking[],
  { carriedOut, clock, schedule, join, perform, over }: Ambush,
): Promise<Sprung> {
  const begun = clock.now();
  const faults: PlannedFault[] = [];
  const commands: Command[] = [];
  let ended = false;
  const end = over.then(() => {
    ended = true;
  });
  const pass = (ms: Ms): Promise<void> => Promise.race([clock.sleep(ms), end]);
  for (const each of lurking) {
    await Promise.race([carriedOut(), end]);
    if (ended) break;
    await clock.sleep(ARM_MS);
    await ('fault' in each ? strike(each.fault) : call(each.company));
    await pass(REST_MS);
  }
  return { faults, commands };

  async function strike(fault: Omit<PlannedFault, 'at'>): Promise<void> {
    const planned = { at: clock.now() - begun, ...fault };
    faults.push(planned);
    await schedule.begins(planned);
    await pass(fault.lastsMs);
    schedule.ends(planned);
  }

  async function call(company: readonly Companion[]): Promise<void> {
    const met = clock.now();
    for (const companion of company.toSorted((a, b) => a.after - b.after)) {
      await pass(met + companion.after - clock.now());
      if (ended) return;
      const command = join(companion, clock.now() - begun);
      commands.push(command);
      perform(command);
    }
  }
}
