import { mkdtempSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { parting } from './part.ts';
import { readTimeline } from './read-timeline.ts';
import { timelineText } from './timeline-text.ts';

const made: string[] = [];
afterEach(() => made.splice(0).forEach((folder) => rmSync(folder, { recursive: true })));

describe('a timeline', () => {
  it('puts what clients, faults, statements, logs and alerts tell in the order of time', () => {
    const { events, traced } = readTimeline(
      journal({
        'history.jsonl': [
          {
            id: 0,
            process: 'p',
            name: 'reserve',
            input: {},
            invokedAt: 20,
            completedAt: 24,
            outcome: 'fail',
            error: 'CONFLICT',
          },
        ],
        'faults.jsonl': [{ fault: 'kill redis', injected: 10, cleared: 90 }],
        'alerts.jsonl': [{ alert: 'RedisDown', state: 'firing', at: 30, labels: {}, annotations: {} }],
        'trace.jsonl': ['5.000 sql 1 open service-2', '15.000 sql 1 UPDATE 1 | UPDATE t', '25.000 exit redis SIGKILL'],
        'logs/service.log': '17.500 service-2 {"level":"warn","msg":"redis is away"}\n',
      }),
    );
    expect(events.map(({ at, kind, who, what }) => [at, kind, who, what])).toEqual([
      [5, 'statement', 'service-2 #1', 'open service-2'],
      [10, 'fault', '', 'kill redis'],
      [15, 'statement', 'service-2 #1', 'UPDATE 1 | UPDATE t'],
      [17.5, 'log', 'service-2', 'warn redis is away'],
      [20, 'operation', 'p', 'reserve {} -> fail CONFLICT'],
      [25, 'process', 'redis', 'exit SIGKILL'],
      [30, 'alert', 'RedisDown', 'firing'],
    ]);
    expect(traced).toBe(true);
  });

  it('says that nothing of the inside is known where no trace was kept', () => {
    expect(readTimeline(journal({})).traced).toBe(false);
  });

  it('names the file and the line of what it cannot read', () => {
    const folder = journal({ 'history.jsonl': '{"id":0}\nnonsense\n' });
    expect(() => readTimeline(folder)).toThrow(`${join(folder, 'history.jsonl')}:2: expected JSON`);
  });

  it('is shown with times to the microsecond and how long a thing lasted', () => {
    expect(timelineText([{ at: 61_000.25, kind: 'fault', who: 'redis', what: 'killed', until: 64_000.25 }])).toBe(
      ' 1:01.000250  fault      redis                         killed (3.0 s)\n',
    );
  });
});

describe('two sequences', () => {
  it('part at the first element that differs', () => {
    expect(parting([1, 2, 3, 4], [1, 2, 9], 1)).toEqual({ index: 2, before: [2], one: [3], other: [9] });
  });

  it('part where one ends', () => {
    expect(parting([1], [1, 2], 3)).toEqual({ index: 1, before: [1], one: [], other: [2] });
  });

  it('do not part when they are equal', () => {
    expect(parting(['a'], ['a'], 3)).toBeUndefined();
  });
});

/** A run's folder with these files: lists as JSON lines, texts as they are. */
function journal(files: Readonly<Record<string, string | readonly unknown[]>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'faultline-timeline-'));
  made.push(folder);
  mkdirSync(join(folder, 'logs'));
  for (const [name, content] of Object.entries(files))
    writeFileSync(
      join(folder, name),
      typeof content === 'string' ? content : content.map((each) => `${JSON.stringify(each)}\n`).join(''),
    );
  return folder;
}
