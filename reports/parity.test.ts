import { describe, expect, test } from 'vitest';
import type { RunResult } from '../contract/index.ts';
import { agreement, pairs, parityText } from './parity.ts';
import { PASSING } from './testing/results.ts';

const deployed: RunResult = { ...PASSING, world: 'deployed', speed: 4 };
const pairOf = (other: RunResult) => pairs([PASSING], [other])[0]!;
const withLine = (reference: string, change: Partial<RunResult['lines'][number]>): RunResult => ({
  ...deployed,
  lines: deployed.lines.map((line) => (line.reference === reference ? { ...line, ...change } : line)),
});

describe('two worlds', () => {
  test('agree when the verdicts of the run and of all its lines are the same', () => {
    expect(agreement(pairOf(deployed))).toBe('agree');
  });

  test('agree when instants differ: the limits of the catalogue judge those', () => {
    const later = pairOf(withLine('detection', { at: 50_500 }));
    expect(agreement(later)).toBe('agree');
    expect(parityText([later])).toMatch(/detection +0:07\.0 +0:08\.5 +\+1\.5 s/);
  });

  test('differ when one line does, whatever the verdicts of the runs', () => {
    const other = pairOf(withLine('detection', { verdict: 'fail' }));
    expect(agreement(other)).toBe('differ');
    expect(parityText([other])).toMatch(/detection .*DIFFERENT/);
  });

  test('differ when a run was done in one of them only', () => {
    expect(pairs([PASSING], []).map(agreement)).toEqual(['differ']);
  });

  test('are not compared where the deployed one could not judge', () => {
    const unknown = { ...withLine('mitigation[0]', { verdict: 'unknown' }), verdict: 'unknown' } as const;
    expect(agreement(pairOf(unknown))).toBe('unjudged');
    expect(parityText([pairOf(unknown)])).toContain('0 agree · 0 differ · 1 could not be judged on this machine');
  });
});
