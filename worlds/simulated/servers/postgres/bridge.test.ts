import { afterAll, beforeAll, expect, it } from 'vitest';
import { EPOCH, preload, simulate } from '../../testing/simulate.ts';
import { SHOP } from '../../testing/shop.ts';
import { PostgresCluster, postgresProgram } from './component.ts';

let cluster: PostgresCluster;

beforeAll(async () => {
  cluster = new PostgresCluster(SHOP);
  await preload('sql-story.ts');
});
afterAll(() => cluster.dispose());

/** Runs one story of fixtures/sql-story.ts against a fresh database; `meanwhile` is what happens to the server. */
async function tell(
  story: string,
  meanwhile?: (
    server: { kill(): void; start(): void; pause(): void; resume(): void },
    wait: (ms: number) => Promise<void>,
  ) => Promise<void>,
) {
  cluster.reset(SHOP, new Date(EPOCH));
  let said: string[] = [];
  const { hash } = await simulate({}, async (stage) => {
    const server = stage.node('postgres', {
      kind: 'builtin',
      start: postgresProgram(stage.simulation, cluster, SHOP, () => {}),
    });
    server.start();
    const app = stage.node('app', 'sql-story.ts', { STORY: story });
    app.start();
    await meanwhile?.(server, (ms) => stage.wait(ms));
    while (app.state !== 'exited') await stage.wait(100);
    said = stage.said('app');
  });
  return { said, hash };
}

it('reads virtual time: now() stands still in a transaction, clock_timestamp() does not', async () => {
  const { said } = await tell('clock');
  expect(said.slice(0, 3).map((line) => line.slice(line.indexOf(' ') + 1))).toEqual([
    '00.0 00.0',
    '00.0 02.0',
    '02.0 02.0',
  ]);
});

it('lets a statement wait for a row lock in virtual time', async () => {
  const { said } = await tell('lock');
  expect(said).toEqual([
    expect.stringMatching(/^15\d\d commit$/),
    expect.stringMatching(/^15\d\d second 8$/),
    expect.stringMatching(/end$/),
  ]);
});

it('keeps lock_timeout, statement_timeout and pg_sleep in virtual time, with the real codes', async () => {
  const { said } = await tell('timeouts');
  expect(said.map((line) => line.replace(/^\d+ /, ''))).toEqual([
    'lock_timeout 55P03',
    'statement_timeout 57014',
    'sleep 57014',
    'slept',
    'end',
  ]);
  const at = said.map((line) => Number(line.split(' ')[0]));
  expect((at[1] as number) - (at[0] as number)).toBeGreaterThanOrEqual(400);
  expect((at[1] as number) - (at[0] as number)).toBeLessThan(410);
  expect((at[3] as number) - (at[2] as number)).toBeGreaterThanOrEqual(60_000);
  expect((at[3] as number) - (at[2] as number)).toBeLessThan(60_010);
});

it('has genuine deadlocks, whose victim closes the cycle', async () => {
  const { said } = await tell('deadlock');
  expect(said.map((line) => line.replace(/^\d+ /, ''))).toEqual(['victim 40P01', 'first ok', 'end']);
});

it('delivers a notification when its transaction commits, and none that was rolled back', async () => {
  const { said } = await tell('notify');
  expect(said.map((line) => line.replace(/^\d+ /, ''))).toEqual(['commit', 'heard one', 'end']);
});

it('gives a client the backend of one that has gone, and nothing else of it', async () => {
  const { said } = await tell('heir');
  expect(said.map((line) => line.replace(/^\d+ /, ''))).toEqual([
    'sessions 1',
    'same true',
    'UTC 0 till',
    'true,0,0',
    'lock true stock 10',
    'end',
  ]);
});

it('refuses a connection beyond the limit with 53300', async () => {
  const { said } = await tell('limit');
  expect(said[0]?.replace(/^\d+ /, '').split(',').toSorted()).toEqual(['53300', '53300', 'ok', 'ok', 'ok', 'ok', 'ok']);
});

it('keeps every acknowledged commit over a kill and a restart', async () => {
  const { said } = await tell('crash', async (server, wait) => {
    await wait(1200);
    server.kill();
    await wait(1000);
    server.start();
  });
  const sold = said.filter((line) => line.includes('sold')).length;
  expect(sold).toBeGreaterThanOrEqual(4);
  expect(said.some((line) => line.includes('refused ECONN'))).toBe(true);
  expect(said.at(-2)).toContain(`{ n: ${sold} }`);
});

it('holds statements while the server is paused', async () => {
  const { said } = await tell('crash', async (server, wait) => {
    await wait(1200);
    server.pause();
    await wait(10_000);
    server.resume();
  });
  expect(said.filter((line) => line.includes('sold'))).toHaveLength(8);
  expect(Number(said.find((line) => line.includes('sold 3'))?.split(' ')[0])).toBeGreaterThan(11_000);
});

it('gives one trace for one seed', async () => {
  const hashes = new Set<string>();
  for (let round = 0; round < 5; round += 1) {
    for (const story of ['lock', 'deadlock', 'notify', 'timeouts']) hashes.add(`${story} ${(await tell(story)).hash}`);
  }
  expect([...hashes]).toHaveLength(4);
});
