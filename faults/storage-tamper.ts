import type { Running, Stage } from '../contract/index.ts';
import { once } from './once.ts';
import { plannable } from './plan.ts';
import type { PlannableFault } from './plan.ts';

/** A stored row that somebody changes past the system. */
export interface Tampering<Row> {
  /** How it reads in a report: `change a row of the audit trail`. */
  readonly title: string;
  readonly target: string;
  /** The row as it stands, with what finds it again. */
  choose(stage: Stage): Promise<Row & { readonly name: string }>;
  /** The deed, by an administrator's session. */
  alter(running: Running, row: Row): Promise<void>;
  /** Whether the store shows the row as it was, by a computation of one's own over what the store says. */
  intact(running: Running, row: Row): Promise<boolean>;
  /** Writes the row as it was, where nobody in the system has. */
  putBack(running: Running, row: Row): Promise<void>;
}

/** The operation by which the history tells of the row: `input.name`. */
const TAMPER = 'tamper';

/** Bit when the row is no longer intact; healed when it is again, whoever restored it. */
export function tamper<Row>(tampering: Tampering<Row>): PlannableFault {
  const { title, target } = tampering;
  return plannable({
    kind: 'storage.tamper',
    target,
    title,
    inject: async (stage) => {
      const { running, history } = stage;
      const row = await tampering.choose(stage);
      if (!(await tampering.intact(running, row))) throw new Error(`${title}: ${row.name} was not intact before`);
      const deed = history.invoke('intruder', TAMPER, { name: row.name });
      await tampering.alter(running, row);
      deed.ok({});
      return {
        witness: async () =>
          (await tampering.intact(running, row))
            ? undefined
            : { seen: `${row.name} is not as it was`, figures: { rows: 1 } },
        healed: () => tampering.intact(running, row),
        [Symbol.asyncDispose]: once(async () => {
          if (!(await tampering.intact(running, row))) await tampering.putBack(running, row);
        }),
      };
    },
  });
}
