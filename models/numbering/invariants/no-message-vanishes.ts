import type { Evidence, Invariant, Ms, Operation, Violation } from '../../../contract/index.ts';
import { storiesOf } from '../messages.ts';
import type { MessageStory } from '../messages.ts';

/** A message that was accepted so shortly before the end may still be under way. */
const UNDER_WAY_MS: Ms = 10_000;

/**
 * Every outbound message ends dispatched or in DEAD_LETTER with a reason. Looked at for each message whose acceptance was
 * answered to its tenant, in what the orchestrator's stream holds at the end of the run.
 */
export const invariant: Invariant = {
  name: 'no-message-vanishes',
  check(evidence) {
    const stories = storiesOf(evidence);
    const accepted = sent(evidence);
    return {
      examined: accepted.length,
      violations: accepted.flatMap((operation): Violation[] => {
        const what = wrong(stories.get(String(operation.input['messageId'])));
        return what === undefined
          ? []
          : [{ at: operation.invokedAt, what: `message ${String(operation.input['messageId'])}: ${what}` }];
      }),
    };
  },
  plant(evidence) {
    const [first] = sent(evidence);
    if (first === undefined) return evidence;
    const { messageId } = first.input;
    const rest = (evidence.finalState['sms'] ?? []).filter(
      ({ body }) => (body as Record<string, unknown>)['messageId'] !== messageId,
    );
    return { ...evidence, finalState: { ...evidence.finalState, sms: rest } };
  },
};

function sent({ operations, instants }: Evidence): readonly Operation[] {
  const end = (instants.ended ?? Infinity) - UNDER_WAY_MS;
  return operations.filter(
    ({ name, outcome, completedAt = Infinity }) => name === 'send' && outcome === 'ok' && completedAt <= end,
  );
}

function wrong(story: MessageStory | undefined): string | undefined {
  if (story === undefined) return 'it was accepted and is not in the stream';
  const last = story.states.at(-1);
  if (last?.state === 'DISPATCHED')
    return story.dispatches.length > 0 ? undefined : 'it counts as dispatched and was handed to nobody';
  if (last?.state !== 'DEAD_LETTER') return `it is still ${last?.state ?? 'without a state'}`;
  if (story.dispatches.length > 0) return 'it is in DEAD_LETTER and was handed to the carriers';
  return last.reason === undefined || last.reason === '' ? 'it is in DEAD_LETTER without a reason' : undefined;
}
