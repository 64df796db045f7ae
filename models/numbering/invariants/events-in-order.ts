import type { Evidence, Invariant, Violation } from '../../../contract/index.ts';
import { publishedEvents } from './published.ts';
import type { PublishedEvent } from './published.ts';

/**
 * Events of one identifier enter the stream in the order of their versions. One that comes a second time, since nobody knew
 * whether it had been stored, is the same event and may come after later ones.
 */
export const invariant: Invariant = {
  name: 'events-in-order',
  check(evidence) {
    const published = publishedEvents(evidence);
    const last = new Map<string, PublishedEvent>();
    const seen = new Set<string>();
    const violations: Violation[] = [];
    for (const event of published) {
      if (seen.has(event.id)) continue;
      seen.add(event.id);
      const before = last.get(event.subject);
      if (before !== undefined && before.version > event.version) {
        const what = `${event.subject} version ${event.version} came as ${event.sequence}, after version ${before.version} as ${before.sequence}`;
        violations.push({ what });
      } else last.set(event.subject, event);
    }
    return { examined: seen.size, violations };
  },
  plant(evidence) {
    const published = publishedEvents(evidence);
    const model = published.at(-1);
    if (model === undefined) return evidence;
    const late = { ...model, sequence: model.sequence + 1, id: 'planted', version: model.version - 1 };
    const planted = [...published, late] as unknown as Evidence['finalState'][string];
    return { ...evidence, finalState: { ...evidence.finalState, published: planted } };
  },
};
