import type { Evidence, Invariant, Violation } from '../../../contract/index.ts';
import { publishedEvents } from './published.ts';
import type { PublishedEvent } from './published.ts';
import { runTime, tablesOf } from './tables.ts';
import type { OutboxRow, Tables } from './tables.ts';

/**
 * No event is lost between a committed change and the stream: each change has its event in the outbox, each event that the
 * relay has noted as published is in the stream as it was stored, and nothing else is. What is not published is held.
 */
export const invariant: Invariant = {
  name: 'outbox-complete',
  check(evidence) {
    const tables = tablesOf(evidence);
    const published = publishedEvents(evidence);
    return {
      examined: tables.outbox.length,
      violations: [
        ...withoutEvent(tables),
        ...missing(tables.outbox, published),
        ...invented(tables.outbox, published),
      ],
    };
  },
  plant(evidence) {
    const published = publishedEvents(evidence);
    const lost = tablesOf(evidence).outbox.findLast((row) => row.published);
    if (lost === undefined) return evidence;
    const rest = published.filter(({ id }) => id !== lost.id) as unknown as Evidence['finalState'][string];
    return { ...evidence, finalState: { ...evidence.finalState, published: rest } };
  },
};

function withoutEvent(tables: Tables): readonly Violation[] {
  const held = new Set(tables.outbox.map(({ subject, version }) => `${subject} ${version}`));
  return tables.audit
    .filter(({ subject, version }) => !held.has(`${subject} ${version}`))
    .map(({ subject, version, action, at }) => ({
      at: runTime(tables, at),
      what: `${subject} version ${version}, ${action}: it has no event in the outbox`,
    }));
}

function missing(outbox: readonly OutboxRow[], published: readonly PublishedEvent[]): readonly Violation[] {
  const found = new Map(published.map((event) => [event.id, event]));
  return outbox.flatMap((row): Violation[] => {
    const name = `${row.subject} version ${row.version}, ${row.type}`;
    const event = found.get(row.id);
    if (event === undefined)
      return row.published ? [{ what: `${name}: noted as published, and not in the stream` }] : [];
    const same = event.subject === row.subject && event.version === row.version && event.type === row.type;
    if (same) return [];
    return [{ what: `${name}: the stream has ${event.subject} version ${event.version}, ${event.type} in its place` }];
  });
}

function invented(outbox: readonly OutboxRow[], published: readonly PublishedEvent[]): readonly Violation[] {
  const known = new Set(outbox.map(({ id }) => id));
  return published
    .filter(({ id }) => !known.has(id))
    .map(({ sequence, subject, version, type }) => ({
      what: `${subject} version ${version}, ${type}: in the stream as ${sequence}, and not in the outbox`,
    }));
}
