/** NUM-07: what is held against the answers that racers get. */
import { polled } from 'faultline';
import type { Evidence, Ms, Observation, Operation, Probe } from 'faultline';
import { primarySql } from '../../models/numbering/primary.ts';
import { WANTED_COUNT, WANTED_FILTER } from './race.ts';

const CONFLICT = 'CONFLICT';
/** What both protocols say for it. */
const HTTP_STATUS = 409;
const GRPC_ABORTED = 10;

const isRacer = ({ input }: Operation): boolean => input['race'] !== undefined;

/** Of the callers of a round one wins; each other one is told CONFLICT, with state and version as they now are. */
export const oneCallerWins: Probe = {
  title: 'of the callers of one instant one wins, and the others are told state and version as they now are',
  observe: async (evidence, _running, from, to) => rounds(evidence, from, to),
  plant: (evidence) => {
    const model = evidence.operations.findLast((operation) => isRacer(operation) && operation.outcome === 'ok');
    if (model === undefined) return evidence;
    return { ...evidence, operations: [...evidence.operations, { ...model, id: -1 }] };
  },
};

function rounds({ operations }: Evidence, from: Ms, to: Ms): readonly Observation[] {
  const callers = operations.filter(
    (operation) => isRacer(operation) && operation.invokedAt >= from && operation.invokedAt <= to,
  );
  return [...Map.groupBy(callers, ({ input }) => input['race']).values()].flatMap((round): Observation[] => {
    // Of a round in which somebody got no answer nobody knows who won.
    if (round.some(({ outcome }) => outcome === 'info')) return [];
    const won = round.filter(({ outcome }) => outcome === 'ok');
    const told = round.filter(isToldTheState);
    const seen = `${won.length} of ${round.length} won, ${told.length} were told ${CONFLICT}`;
    return [
      {
        at: Math.max(...round.map(({ invokedAt }) => invokedAt)),
        holds: won.length === 1 && told.length === round.length - 1,
        seen,
      },
    ];
  });
}

function isToldTheState({ error, input, result }: Operation): boolean {
  const status = input['via'] === 'http' ? result?.['status'] === HTTP_STATUS : result?.['grpcStatus'] === GRPC_ABORTED;
  const current =
    result?.['currentState'] === 'RESERVED' && Number(result['currentVersion']) === Number(input['version']) + 1;
  return error === CONFLICT && status && current;
}

/** A loser that asks for another candidate gets it, at most `limitMs` after it had lost. */
export function losersRetrySucceeds(limitMs: Ms): Probe {
  return each(
    `a loser gets another candidate within ${limitMs / 1000} s`,
    ({ input }) => input['retryOf'] !== undefined,
    ({ completedAt = Infinity, input, outcome }) =>
      outcome === 'info' ? undefined : outcome === 'ok' && completedAt - Number(input['lostAt']) <= limitMs,
  );
}

/** A page of the pool that is asked for after a round does not show what was won in it. */
export const browseShowsTheNewState: Probe = each(
  'Browse shows the new state at the next call',
  ({ input, name }) => name === 'browse' && input['taken'] !== undefined,
  ({ input, outcome, result }) => {
    const items = result?.['items'] as readonly { readonly value: string }[] | undefined;
    return outcome !== 'ok' || items === undefined ? undefined : items.every(({ value }) => value !== input['taken']);
  },
);

/** On a conflict the portal shows the pool anew, and what it offers can be had. */
export const portalReloadsThePool: Probe = each(
  'on a conflict the portal reloads the pool, and its candidate can be had',
  ({ input }) => input['portal'] === true,
  ({ error, input, outcome, result }) => {
    if (outcome === 'info') return undefined;
    if (input['offered'] === true) return outcome === 'ok';
    const pool = result?.['pool'] as { readonly items: readonly { readonly value: string }[] } | undefined;
    const reloaded = pool !== undefined && pool.items.every(({ value }) => value !== input['value']);
    return error === CONFLICT && reloaded && typeof result?.['candidate'] === 'string';
  },
);

/**
 * Each identifier that was raced for has one holder; as many conflicts are counted as were answered, and as many events of
 * lost races are published as are counted.
 */
export const settled: Probe = polled(
  'each identifier has one holder, and each loser is counted and told by an event',
  2000,
  async ({ running, history }) => {
    const answered = history.operations.filter(({ error }) => error === CONFLICT).length;
    const now = running.clock.now();
    const counted = await running.metrics.at('sum(numbering_conflict_detected_total)', now);
    const lost = await running.metrics.at('sum(numbering_conflict_detected_total{kind="CAS_RACE"})', now);
    const [row] = await primarySql(
      running,
      `select (select count(*) from (
                 select 1 from numbering.reservations where status = 'ACTIVE' and ${WANTED_FILTER}
                 group by kind, value having count(*) = 1) as held)::int as held,
              (select count(*) from numbering.outbox
                where type = 'numbering.conflict.detected.v1' and published_at is not null)::int as events`,
    );
    const [held, events] = [Number(row?.['held']), Number(row?.['events'])];
    return {
      holds: held === WANTED_COUNT && counted === answered && lost === events,
      seen: `${held} of ${WANTED_COUNT} held once, ${counted} of ${answered} conflicts counted, ${events} events of ${lost} races`,
    };
  },
);

/** Nobody is called out: no alert but such as inform. */
export const nobodyIsPaged: Probe = {
  title: 'no alert pages on-call',
  observe: async ({ alerts }, _running, from, to) => {
    const fired = alerts.filter(({ state, at }) => state === 'firing' && at >= from && at <= to);
    return [
      { at: from, holds: true, seen: `${fired.length} alerts fired` },
      ...fired.map(({ alert, at, labels }) => ({
        at,
        holds: labels['severity'] === 'info',
        seen: `${alert}, severity ${labels['severity']}`,
      })),
    ];
  },
  plant: (evidence) => ({
    ...evidence,
    alerts: [
      ...evidence.alerts,
      {
        alert: 'Planted',
        state: 'firing',
        at: evidence.instants.injected ?? 0,
        labels: { severity: 'high' },
        annotations: {},
      },
    ],
  }),
};

function each(
  title: string,
  matches: (operation: Operation) => boolean,
  holds: (operation: Operation) => boolean | undefined,
): Probe {
  return {
    title,
    observe: async ({ operations }, _running, from, to) =>
      operations.flatMap((operation): Observation[] => {
        const { error, invokedAt: at, outcome } = operation;
        if (at < from || at > to || !matches(operation)) return [];
        const verdict = holds(operation);
        return verdict === undefined ? [] : [{ at, holds: verdict, seen: `${operation.name} ${error ?? outcome}` }];
      }),
  };
}
