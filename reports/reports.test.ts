import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { REPORTERS } from './index.ts';
import { runPath } from './results.ts';
import { jsonSchema, resultSchema } from './schema.ts';
import { BROKEN, FAILING, PASSING, invocation } from './testing/results.ts';
import { clock, limitText, logText, span } from './text.ts';

const context = { directory: 'runs/2026-11-22T10-14-07' };

describe('terminal', () => {
  test('one row that passes', () => {
    expect(REPORTERS.terminal(invocation(PASSING), context)).toMatchInlineSnapshot(`
      "NUM-03  Redis unavailable                                simulated · seed 4711

        run A  kill redis
          steady     ok       hit ratio 0.97 · validate P95 3.8 ms
          fault      0:00.0   kill redis
          witness    0:00.0   14 connections reset, 0 of 38 commands answered while down                              ok
          detected   0:07.0   NumberingRedisDown                                                         limit 10 s   ok
          mitigated  0:00.0   [0] validate P95 9.1 ms                                                    at once      ok
                     0:41.2   [1] 3 of 3 released by the cron                                            limit 60 s   ok
          cleared    3:00.0
          recovered  +1:12.0  [0] hit ratio 0.93                                                         limit 5 min  ok
          audit               1 invariant over 1,204 operations · 0 other alerts · no residue                         ok
      pass  NUM-03  1 run · 5 min 31 s simulated in 2.1 s                      runs/2026-11-22T10-14-07
      "
    `);
  });

  test('one row of which a run fails: expected, seen, log, and the way back', () => {
    expect(REPORTERS.terminal(invocation(PASSING, FAILING), context)).toMatchInlineSnapshot(`
      "NUM-03  Redis unavailable                                simulated · seed 4711

        run A  kill redis
          steady     ok       hit ratio 0.97 · validate P95 3.8 ms
          fault      0:00.0   kill redis
          witness    0:00.0   14 connections reset, 0 of 38 commands answered while down                              ok
          detected   0:07.0   NumberingRedisDown                                                         limit 10 s   ok
          mitigated  0:00.0   [0] validate P95 9.1 ms                                                    at once      ok
                     0:41.2   [1] 3 of 3 released by the cron                                            limit 60 s   ok
          cleared    3:00.0
          recovered  +1:12.0  [0] hit ratio 0.93                                                         limit 5 min  ok
          audit               1 invariant over 1,204 operations · 0 other alerts · no residue                         ok
        run B  cut numbering-service, numbering-jobs -> redis
          steady     ok       hit ratio 0.97 · validate P95 3.8 ms
          fault      0:00.0   cut numbering-service, numbering-jobs -> redis
          witness    0:00.0   14 connections reset, 0 of 38 commands answered while down                              ok
          detected   0:07.0   NumberingRedisDown                                                         limit 10 s   ok
          mitigated  0:00.0   [0] validate P95 9.1 ms                                                    at once      ok
                     0:41.2   [1] 3 of 3 released by the cron                                            limit 60 s   ok
          cleared    3:00.0
          recovered  fail     [0] The cache fills.                                                       limit 5 min
                              expected  hit ratio >= 0.9
                              seen      never held until the end: hit ratio 0.12 & falling at 5:00.0 after cleared
          audit               1 invariant over 1,204 operations · 0 other alerts · no residue                         ok
                              log       numbering-jobs  3:00.4  redis ready
      fail  NUM-03  run B: recovery[0]                                         runs/2026-11-22T10-14-07
            again:   npx faultline replay runs/2026-11-22T10-14-07/NUM-03/B
            look:    npx faultline report runs/2026-11-22T10-14-07
      "
    `);
  });

  test('several rows: a table, and only what did not pass in full', () => {
    expect(REPORTERS.terminal(invocation(PASSING, BROKEN), context)).toMatchInlineSnapshot(`
      "NUM-09  Reservation cleanup stalled                      simulated · seed 4711

        run A  kill redis
          steady     error    [0] cleanup lag <= 2 s
                              expected  cleanup lag <= 2 s
                              seen      cleanup lag 58 s
                              problem   the steady state was not reached within 2 min

       row        runs  detection            mitigation  recovery    verdict
       NUM-03     1     0:07.0 / 10 s        2 of 2      1 of 1      pass
       NUM-09     1     -                    -           -           error

       1 pass · 0 fail · 1 error                               11 min 2 s simulated in 2.1 s
      error  NUM-09  run A: steady[0]                                          runs/2026-11-22T10-14-07
            again:   npx faultline replay runs/2026-11-22T10-14-07/NUM-09/A
            look:    npx faultline report runs/2026-11-22T10-14-07
      "
    `);
  });
});

test('an alert alongside that fired in no run is noted', () => {
  const idle = { ...PASSING, alongside: [{ alert: 'NumberingKeyspaceNotificationsLost', fired: false }] };
  const fired = { ...idle, run: 'B', alongside: [{ alert: 'NumberingKeyspaceNotificationsLost', fired: true }] };
  const note = 'note  NUM-03  NumberingKeyspaceNotificationsLost stands alongside and fired in no run';
  expect(REPORTERS.terminal(invocation(idle), context)).toContain(note);
  expect(REPORTERS.terminal(invocation(idle, fired), context)).not.toContain('note');
});

test('markdown', () => {
  expect(REPORTERS.markdown(invocation(PASSING, FAILING, BROKEN), context)).toMatchInlineSnapshot(`
    "## Faultline: fail

    0 pass · 1 fail · 1 error, simulated, seed 4711, 16 min 33 s simulated in 2.1 s

    | row | run | fault | detection | mitigation | recovery | verdict |
    |---|---|---|---|---|---|---|
    | NUM-03 Redis unavailable | A | kill redis | 0:07.0 / 10 s | 0:00.0 / at once<br>0:41.2 / 60 s | +1:12.0 / 5 min | pass |
    | NUM-03 Redis unavailable | B | cut numbering-service, numbering-jobs -> redis | 0:07.0 / 10 s | 0:00.0 / at once<br>0:41.2 / 60 s | fail: +5:00.0 / 5 min | **fail** |
    | NUM-09 Reservation cleanup stalled | A | kill redis | - | - | - | **error** |

    ### NUM-03 run B: fail

    - \`recovery[0]\` The cache fills.: expected hit ratio >= 0.9; seen never held until the end: hit ratio 0.12 & falling

    \`\`\`
    222.400 numbering-jobs redis ready
    \`\`\`

    Again: \`npx faultline replay runs/2026-11-22T10-14-07/NUM-03/B\`

    ### NUM-09 run A: error

    - \`steady[0]\` cleanup lag <= 2 s: expected cleanup lag <= 2 s; seen cleanup lag 58 s
    \`\`\`
    the steady state was not reached within 2 min
    \`\`\`

    Again: \`npx faultline replay runs/2026-11-22T10-14-07/NUM-09/A\`
    "
  `);
});

test('junit has a case for each row, instants as properties, and escapes what XML does not take', () => {
  const text = REPORTERS.junit(invocation(PASSING, FAILING, BROKEN), context);
  expect(text).toContain('<testsuite name="faultline" tests="2" failures="1" errors="1"');
  expect(text).toContain('<property name="A.detected" value="49.000"/>');
  expect(text).toContain('hit ratio 0.12 &amp; falling');
  expect(text).toContain('<error type="error"');
  expect(text).toContain('again: npx faultline replay runs/2026-11-22T10-14-07/NUM-03/B');
});

describe('result.json', () => {
  test('is what the json report prints, and satisfies its schema', () => {
    const text = REPORTERS.json(invocation(PASSING, FAILING, BROKEN), context);
    expect(resultSchema.parse(JSON.parse(text))).toEqual(JSON.parse(text));
  });

  test('has a JSON Schema that is current', () => {
    const committed = readFileSync(new URL('result.schema.json', import.meta.url), 'utf8');
    expect(JSON.parse(committed)).toEqual(JSON.parse(jsonSchema()));
  });
});

test.each([
  [{}, 'NUM-03/A'],
  [{ sabotage: { line: 1 } }, 'NUM-03/A-sabotage-1'],
  [{ sabotage: { mutation: 'no-heal' } }, 'NUM-03/A-no-heal'],
  [{ seed: 2 }, 'NUM-03/A-seed-2'],
])('the folder of a run %o is %s', (more, path) => {
  expect(runPath({ id: 'NUM-03', run: 'A', seed: 1, ...more }, 1)).toBe(path);
});

test.each([
  ['{"level":"warn","msg":"Redis connection error","err":"ECONNREFUSED"}', 'warn Redis connection error: ECONNREFUSED'],
  ['{"level":"error","msg":"failed","err":{"message":"no row"}}', 'error failed: no row'],
  ['ready to accept connections', 'ready to accept connections'],
  ['42', '42'],
])('the log line %s reads %s', (line, text) => {
  expect(logText(line)).toBe(text);
});

test('figures read as the documents write them', () => {
  expect([clock(7000), clock(187_400), clock(-500), clock(3_661_000)]).toEqual([
    '0:07.0',
    '3:07.4',
    '-0:00.5',
    '1:01:01.0',
  ]);
  expect([span(40), span(2100), span(1_088_000), span(11_520_000)]).toEqual([
    '40 ms',
    '2.1 s',
    '18 min 8 s',
    '3 h 12 min',
  ]);
  expect(['10s', '5m', '250ms', 'immediate'].map(limitText)).toEqual(['10 s', '5 min', '250 ms', 'at once']);
});

describe('what explorations have found and is kept', () => {
  const found = { system: 'numbering', check: 'invariant:single-holder', seen: '', wallMs: 1500 };
  const result = {
    ...invocation(PASSING),
    verdict: 'fail',
    found: [
      { ...found, name: 'numbering-1', verdict: 'pass' },
      { ...found, name: 'numbering-2', verdict: 'fail', seen: 'two hold +93700000001' },
    ],
  } as const;
  const again = 'npx faultline replay scenarios/found/numbering-2.json';

  test.each(['terminal', 'markdown', 'junit'] as const)('is in %s, and how to see what fails again', (format) => {
    const text = REPORTERS[format](result, context);
    expect(text).toContain('numbering-1');
    expect(text).toContain('two hold +93700000001');
    expect(text).toContain(again);
  });

  test('counts in junit.xml', () => {
    expect(REPORTERS.junit(result, context)).toContain('tests="3" failures="1"');
  });

  test('has its place in result.json', () => {
    expect(resultSchema.safeParse(JSON.parse(JSON.stringify(result))).error).toBeUndefined();
  });
});
