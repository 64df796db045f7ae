import type { Evidence } from '../../contract/index.ts';

/** What the orchestrator's stream holds of one message, oldest state first. Times are ms of the epoch on the services' clocks. */
export interface MessageStory {
  readonly messageId: string;
  readonly states: readonly { readonly state: string; readonly reason?: string; readonly at: number }[];
  /** Each time that it was handed to the carriers. */
  readonly dispatches: readonly Dispatch[];
}

export interface Dispatch {
  readonly at: number;
  readonly tenantId: string;
  /** `MSISDN:+93700000001`. */
  readonly subject: string;
  /** What the dispatch rests on; null: nothing. */
  readonly validation: { readonly leaseId: string; readonly readAgeMs: number } | null;
}

/** A message of the stream SMS, as collected: `finalState.sms`. */
export interface SmsRow {
  readonly subject: string;
  readonly body: Readonly<Record<string, unknown>>;
}

const OUTBOUND = 'sms.outbound.';
const STATUS = 'sms.status.';
const DISPATCH = 'sms.dispatch.';

/** The stories of all messages in the stream SMS (`system/numbering/sms-orchestrator/README.md`), by their id. */
export function storiesOf({ finalState }: Pick<Evidence, 'finalState'>): ReadonlyMap<string, MessageStory> {
  return stories((finalState['sms'] ?? []) as unknown as readonly SmsRow[]);
}

export function stories(rows: readonly SmsRow[]): ReadonlyMap<string, MessageStory> {
  const found = new Map<
    string,
    { messageId: string; states: MessageStory['states'][number][]; dispatches: Dispatch[] }
  >();
  for (const { subject, body } of rows) {
    const messageId = String(body['messageId']);
    let story = found.get(messageId);
    if (story === undefined) found.set(messageId, (story = { messageId, states: [], dispatches: [] }));
    if (subject.startsWith(OUTBOUND)) story.states.push({ state: 'ACCEPTED', at: time(body['acceptedAt']) });
    else if (subject.startsWith(STATUS)) {
      const reason = typeof body['reason'] === 'string' ? { reason: body['reason'] } : {};
      story.states.push({ state: String(body['state']), at: time(body['at']), ...reason });
    } else if (subject.startsWith(DISPATCH)) {
      const { kind, value } = body['from'] as { kind: string; value: string };
      story.dispatches.push({
        at: time(body['dispatchedAt']),
        tenantId: String(body['tenantId']),
        subject: `${kind}:${value}`,
        validation: (body['validation'] ?? null) as Dispatch['validation'],
      });
    }
  }
  return found;
}

const time = (iso: unknown): number => Date.parse(String(iso));
