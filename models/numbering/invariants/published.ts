import type { Evidence } from '../../../contract/index.ts';

/** An event as the stream NUMBERING holds it, in the stream's order; it may be there more than once. */
export interface PublishedEvent {
  readonly sequence: number;
  /** Of its outbox row. */
  readonly id: string;
  readonly subject: string;
  readonly version: number;
  readonly type: string;
}

/** `finalState.published`, as `models/numbering/collect.ts` reads it from the stream. */
export function publishedEvents({ finalState }: Pick<Evidence, 'finalState'>): readonly PublishedEvent[] {
  return (finalState['published'] ?? []) as unknown as readonly PublishedEvent[];
}
