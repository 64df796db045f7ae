import { STEP_CLOCKS } from '../../../contract/index.ts';
import type { Call, Partition } from '../linearizability/model.ts';
import type { HistoryModel } from './history-model.ts';
import { CHANGES, readNumbering } from './numbering-reading.ts';
import type { NumberingInput, NumberingOutput } from './numbering-reading.ts';

/** By how much clocks of services that decide about one identifier may differ, ms: system/numbering/README.md, Clocks. */
const SKEW_MS = 1000;

/** The last change of an identifier that is known. What happened since without a call is worked out when it matters. */
export interface Known {
  /** UNKNOWN: nothing has been said about it; it may have been loaded in any state. */
  readonly state: 'UNKNOWN' | 'AVAILABLE' | 'RESERVED' | 'ASSIGNED' | 'QUARANTINE';
  /** Its version is this or greater. */
  readonly version: number;
  /** Who has it, or had it before the quarantine; undefined: it is not known. */
  readonly tenant: string | undefined;
  /** Its reservation or lease; undefined: it is not known. */
  readonly id: string | undefined;
  /** On the history's clock the reservation is over at the earliest, and at the latest, then. */
  readonly overFrom: number;
  readonly overBy: number;
  /** The quarantine was a recall's. */
  readonly recalled: boolean;
  /** On the service's clock. */
  readonly quarantineUntil: number;
  /** Its tenant was suspended: the lease may be recalled without a call. */
  readonly suspended: boolean;
}

const UNKNOWN: Known = {
  state: 'UNKNOWN',
  version: 0,
  tenant: undefined,
  id: undefined,
  overFrom: -Infinity,
  overBy: Infinity,
  recalled: false,
  quarantineUntil: -Infinity,
  suspended: false,
};

type Change = Extract<NumberingInput, { readonly from: number }>;

/**
 * One identifier of numbering: AVAILABLE, RESERVED, ASSIGNED, QUARANTINE (system/numbering/domain/identifiers.ts). Three
 * changes come without a call: a reservation is over (not before its `ttlMs` has passed), a quarantine is (not before
 * `quarantineUntil` by the service's clock) and a suspended tenant's leases are recalled. Each change adds to `version`.
 *
 * Left aside: refusals, which a region may give by what its standby shows; replays of an answer; and `validate`, `look-up` and `browse`,
 * whose answers may be as old as a documented bound: for those there is `boundedStaleness`.
 */
export const numberingIdentifier: HistoryModel<Known, NumberingInput, NumberingOutput> = {
  about: "numbering's identifiers: reserve, assign, release-reservation, release, recall, reinstate",
  words: [...CHANGES, STEP_CLOCKS, 'suspend'],
  open: true,
  read: readNumbering,
  init: () => UNKNOWN,
  step(known, input, output) {
    if (input.f === STEP_CLOCKS) return { ...known, overFrom: -Infinity, overBy: Infinity, quarantineUntil: -Infinity };
    if (input.f === 'suspend') return known.tenant === input.tenant ? { ...known, suspended: true } : known;
    const least = leastVersion(known, input, output);
    if (least === undefined || (output?.version !== undefined && output.version < least)) return undefined;
    return { ...after(known, input, output), version: output?.version ?? least };
  },
  equal: (a, b) => textOfKnown(a) === textOfKnown(b),
  hash: textOfKnown,
  partition: byIdentifier,
  describe: {
    call(input, output) {
      if (input.f === STEP_CLOCKS) return STEP_CLOCKS;
      if (input.f === 'suspend') return `suspend ${input.tenant}`;
      const version = output?.version === undefined ? '' : ` -> version ${output.version}`;
      return `${input.f} by ${input.tenant}${version}`;
    },
    state({ state, tenant, version }) {
      return `${state}${tenant === undefined ? '' : ` of ${tenant}`}, version ${version} or later`;
    },
  },
};

/** The least version that the change can have made; undefined: it could not have been made. */
function leastVersion(known: Known, input: Change, output: NumberingOutput | undefined): number | undefined {
  const { state, version } = known;
  if (state === 'UNKNOWN') return version + 1;
  switch (input.f) {
    case 'reserve':
      return fromAvailable(known, input, output);
    case 'assign':
      if (input.of === undefined) return fromAvailable(known, input, output);
      return state === 'RESERVED' && isIts(known, input) && input.from <= known.overBy + SKEW_MS
        ? version + 1
        : undefined;
    case 'release-reservation':
      return state === 'RESERVED' && isIts(known, input) ? version + 1 : undefined;
    case 'release':
      return state === 'ASSIGNED' && isIts(known, input) ? version + 1 : undefined;
    case 'recall':
      return state === 'ASSIGNED' && sameId(known, input) ? version + 1 : undefined;
    default:
      if (!sameId(known, input)) return undefined;
      if (state === 'ASSIGNED' && known.suspended) return version + 2;
      return state === 'QUARANTINE' && known.recalled ? version + 1 : undefined;
  }
}

/** The least version of a change that needs the identifier AVAILABLE, by whatever brought it there since. */
function fromAvailable(known: Known, { to }: Change, output: NumberingOutput | undefined): number | undefined {
  const { state, version, overFrom, quarantineUntil, suspended } = known;
  switch (state) {
    case 'UNKNOWN':
    case 'AVAILABLE':
      return version + 1;
    case 'RESERVED':
      return to >= overFrom ? version + 2 : undefined;
    case 'QUARANTINE':
      return output?.at === undefined || output.at + SKEW_MS >= quarantineUntil ? version + 2 : undefined;
    default:
      return suspended ? version + 3 : undefined;
  }
}

function isIts(known: Known, input: Change): boolean {
  return sameId(known, input) && (known.tenant === undefined || known.tenant === input.tenant);
}

function sameId({ id }: Known, { of }: Change): boolean {
  return id === undefined || of === undefined || id === of;
}

function after(known: Known, input: Change, output: NumberingOutput | undefined): Omit<Known, 'version'> {
  const { tenant, from, to, ttlMs } = input;
  const quarantine = { ...UNKNOWN, state: 'QUARANTINE', id: input.of, tenant: output?.tenant ?? known.tenant } as const;
  const quarantineUntil = output?.quarantineUntil ?? -Infinity;
  switch (input.f) {
    case 'reserve':
      return {
        ...UNKNOWN,
        state: 'RESERVED',
        tenant,
        id: output?.id,
        overFrom: ttlMs === undefined ? -Infinity : from + ttlMs,
        overBy: ttlMs === undefined ? Infinity : to + ttlMs,
      };
    case 'assign':
      return { ...UNKNOWN, state: 'ASSIGNED', tenant, id: output?.id };
    case 'release-reservation':
      return { ...UNKNOWN, state: 'AVAILABLE' };
    case 'release':
      return { ...quarantine, quarantineUntil };
    case 'recall':
      return { ...quarantine, quarantineUntil, recalled: true };
    default:
      return { ...UNKNOWN, state: 'ASSIGNED', tenant: output?.tenant ?? known.tenant, id: input.of };
  }
}

function textOfKnown(known: Known): string {
  return Object.values(known).join(' ');
}

/**
 * Calls by identifier. A request that names a reservation or lease only belongs to the identifier which an answer told of it; one of
 * which no answer tells is left out. What befalls all identifiers is a call of each.
 */
function byIdentifier(
  calls: readonly Call<NumberingInput, NumberingOutput>[],
): readonly Partition<NumberingInput, NumberingOutput>[] {
  const subjects = new Map<string, string>();
  for (const { output } of calls)
    if (output?.id !== undefined && output.subject !== undefined) subjects.set(output.id, output.subject);
  const subjectOf = ({ input, output }: (typeof calls)[number]): string | undefined => {
    if (!('subject' in input)) return undefined;
    return output?.subject ?? input.subject ?? subjects.get(input.of ?? '');
  };
  const general = calls.filter(({ input }) => !('subject' in input));
  return [...Map.groupBy(calls, subjectOf)].flatMap(([subject, own]) =>
    subject === undefined ? [] : [{ label: subject, calls: [...own, ...general] }],
  );
}
