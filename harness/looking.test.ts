import { describe, expect, test } from 'vitest';
import { ToyProject, toyWorldFile } from './testing/command-line.ts';

const RUN = ['run', 'TOY-01/A', '--world', 'toy'];

describe('timeline', () => {
  test('shows a run in the order of its time, and what options leave of it', async () => {
    using project = new ToyProject();
    await project.faultline(RUN);
    const all = await project.faultline(['timeline', 'runs/latest/TOY-01/A']);
    expect([all.code, all.stdout]).toEqual([0, expect.stringContaining('kill cache')]);
    expect(all.stdout).toContain('this run kept no trace');
    const alerts = await project.faultline(['timeline', 'runs/latest', '--only', 'alert', '--json']);
    const events = alerts.stdout.trim().split('\n');
    expect(events.map((line) => JSON.parse(line) as unknown)).toEqual([
      expect.objectContaining({ kind: 'alert', who: 'CacheDown', what: 'firing' }),
      expect.objectContaining({ kind: 'alert', who: 'CacheDown', what: 'resolved' }),
    ]);
    const none = await project.faultline(['timeline', 'runs/latest', '--only', 'alert', '--to', '1s']);
    expect(none.stdout).toContain('TOY-01/A  0 of ');
  });
});

describe('diff', () => {
  test('of a run and its like exits 0, of runs that part exits 1 with the event', async () => {
    using project = new ToyProject();
    for (const [folder, seed] of [
      ['one', 1],
      ['same', 1],
      ['other', 2],
    ])
      await project.faultline([...RUN, '--trace', '--seed', String(seed), '--runs-dir', String(folder)]);
    const same = await project.faultline(['diff', 'one/latest', 'same/latest']);
    expect([same.code, same.stdout]).toEqual([0, expect.stringContaining('the same run: trace ')]);
    project.write({ 'worlds/toy/world.ts': toyWorldFile("{ noise: (at) => (at === 46_000 ? 'drip' : undefined) }") });
    await project.faultline([...RUN, '--trace', '--runs-dir', 'noisy']);
    const parted = await project.faultline(['diff', 'one/latest', 'noisy/latest']);
    expect([parted.code, parted.stdout]).toEqual([1, expect.stringMatching(/they part at event \d+ of/)]);
    expect(parted.stdout).toContain('B 46000 noise drip');
    expect((await project.faultline(['diff', 'one/latest', 'other/latest'])).code).toBe(1);
    await project.faultline(['run', 'TOY-01', '--world', 'toy', '--runs-dir', 'both']);
    const alone = await project.faultline(['diff', 'both/latest', 'one/latest']);
    expect([alone.code, alone.stdout]).toEqual([1, expect.stringMatching(/TOY-01\/B {2}is in \S+ only/)]);
  });
});

describe('replay --until', () => {
  test('ends the run at that instant, and what led there can be looked at', async () => {
    using project = new ToyProject({ 'worlds/simulated/world.ts': toyWorldFile("{ name: 'simulated' }") });
    await project.faultline(['run', 'TOY-01/A']);
    const { code, stdout } = await project.faultline(['replay', 'runs/latest/TOY-01/A', '--until', '41.2s']);
    expect([code, stdout]).toEqual([0, expect.stringContaining('ended at 41.2s, as asked')]);
    const [, folder = ''] = /faultline timeline (\S+)/.exec(stdout) ?? [];
    const timeline = await project.faultline(['timeline', folder, '--json']);
    const instants = timeline.stdout
      .trim()
      .split('\n')
      .map((line) => (JSON.parse(line) as { at: number }).at);
    expect(Math.max(...instants)).toBeLessThanOrEqual(41_200);
    expect(Math.max(...instants)).toBeGreaterThan(30_000);
  });
});

describe('what cannot be looked at exits 254 and names the mend', () => {
  test.each([
    [['replay', 'runs/latest', '--inspect'], '--inspect needs the instant at which to wait: --until 41.2s --inspect'],
    [['replay', 'runs/latest', '--until', '41.2s'], '--until: expected one run of the simulated world'],
    [['replay', 'runs/latest', '--until', 'soon'], '--until: expected a time since the run'],
    [['timeline', 'runs/latest', '--only', 'noise'], '--only: expected kinds of'],
    [['timeline', 'runs/latest/TOY-01/B'], 'expected a run of'],
    [['diff', 'runs/latest', 'nowhere'], 'found no result.json in nowhere'],
  ])('%j', async (args, message) => {
    using project = new ToyProject();
    await project.faultline(RUN);
    const { code, stderr } = await project.faultline(args);
    expect([code, stderr]).toEqual([254, expect.stringContaining(message)]);
  });

  test.each(['report', 'replay', 'timeline'])(
    '%s of a result.json that was cut off names the file',
    async (command) => {
      using project = new ToyProject();
      await project.faultline(RUN);
      project.write({ 'runs/latest/result.json': project.read('runs/latest/result.json').slice(0, 100) });
      const { code, stderr } = await project.faultline([command, 'runs/latest']);
      expect([code, stderr]).toEqual([254, expect.stringMatching(/result\.json: expected the JSON of an invocation/)]);
    },
  );
});

test('a folder for runs that cannot be made exits 254 and names it', async () => {
  using project = new ToyProject({ file: '' });
  const { code, stderr } = await project.faultline([...RUN, '--runs-dir', 'file/runs']);
  expect([code, stderr]).toEqual([254, expect.stringMatching(/^--runs-dir file\/runs: expected a folder that can be/)]);
});

test.each([
  ['cut off', '{"format":1,"kind":"faultline-count', 'expected a counterexample that faultline explore has written'],
  ['of another format', '{"format":2,"kind":"faultline-counterexample"}', 'found format 2 without failure, hash, case'],
  [
    'without its lists',
    '{"format":1,"kind":"faultline-counterexample","failure":{},"hash":"","case":{"system":"toy"}}',
    'expected case.commands to be a list',
  ],
])('a counterexample that is %s exits 254 and names the file', async (_, text, message) => {
  using project = new ToyProject({ 'found.json': text });
  const { code, stderr } = await project.faultline(['replay', 'found.json']);
  expect([code, stderr]).toEqual([254, expect.stringMatching(/^found\.json: /)]);
  expect(stderr).toContain(message);
});

test('a journal that was cut off exits 254 and names file and line', async () => {
  using project = new ToyProject();
  await project.faultline(RUN);
  const file = 'runs/latest/TOY-01/A/history.jsonl';
  project.write({ [file]: project.read(file).slice(0, 20) });
  const { code, stderr } = await project.faultline(['timeline', 'runs/latest']);
  expect([code, stderr]).toEqual([254, expect.stringMatching(/^\S+history\.jsonl:1: expected JSON/)]);
});
