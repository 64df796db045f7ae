import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { ToyProject, toyWorldFile } from './testing/command-line.ts';

const TOY = ['--world', 'toy'];

describe('run', () => {
  test('passes, exits 0 and leaves a journal', async () => {
    using project = new ToyProject();
    const { code, stdout } = await project.faultline(['run', ...TOY, '--seed', '7']);
    expect(stdout).toContain('pass  TOY-01  2 runs');
    expect(code).toBe(0);
    expect(project.result()).toMatchObject({ verdict: 'pass', seed: 7, runs: [{ run: 'A' }, { run: 'B' }] });
    for (const name of [
      'history.jsonl',
      'alerts.jsonl',
      'timeline.jsonl',
      'faults.jsonl',
      'checkpoints.jsonl',
      'logs/cache.log',
    ])
      expect(existsSync(join(project.root, 'runs/latest/TOY-01/A', name)), name).toBe(true);
    expect(project.read('runs/latest/junit.xml')).toContain('name="TOY-01');
    expect(project.read('runs/latest/report.md')).toContain('TOY-01');
  });

  test('exits 1 when a line fails, and says how to see it again', async () => {
    using project = new ToyProject({ 'worlds/toy/world.ts': toyWorldFile("{ residue: ['a toxic'] }") });
    const { code, stdout } = await project.faultline(['run', 'TOY-01/B', ...TOY]);
    expect(code).toBe(1);
    expect(stdout).toMatch(/again: {3}npx faultline replay runs\/[\dT-]+-TOY-01\/TOY-01\/B\n/);
  });

  test('exits 2 when the fault leaves no trace', async () => {
    using project = new ToyProject({ 'worlds/toy/world.ts': toyWorldFile('{ immortal: true }') });
    expect((await project.faultline(['run', ...TOY])).code).toBe(2);
  });

  test('exits 254 for a world that is not there, and leaves nothing', async () => {
    using project = new ToyProject();
    const { code, stderr } = await project.faultline(['run', '--world', 'mars']);
    expect([code, stderr]).toEqual([254, expect.stringContaining('--world mars: expected one of toy')]);
    expect(existsSync(join(project.root, 'runs'))).toBe(false);
  });

  test('exits 255 when the steady state is not reached', async () => {
    using project = new ToyProject({ 'worlds/toy/world.ts': toyWorldFile("{ sick: ['server'] }") });
    expect((await project.faultline(['run', ...TOY])).code).toBe(255);
  });

  test('prints nothing but JSON with --json', async () => {
    using project = new ToyProject();
    const { stdout, stderr } = await project.faultline(['run', 'TOY-01/A', ...TOY, '--json']);
    expect(JSON.parse(stdout)).toMatchObject({ verdict: 'pass', runs: [{ id: 'TOY-01', run: 'A' }] });
    expect(stderr).toBe('');
  });

  test('begins no further run with --bail', async () => {
    using project = new ToyProject({ 'worlds/toy/world.ts': toyWorldFile("{ residue: ['a toxic'] }") });
    await project.faultline(['run', ...TOY, '--bail', '--jobs', '1']);
    expect(project.result().runs).toHaveLength(1);
  });
});

describe('a child', () => {
  test('that takes too long is killed, its run is an error that names the phase, and the others go on', async () => {
    const stuck = '{ onTick: (at) => { while (at === 40_000 && process.argv.length > 0 && first()) {} } }';
    const first =
      "import { existsSync, writeFileSync } from 'node:fs';\nconst mark = new URL('stuck', import.meta.url);\nlet mine = false;\nfunction first() { if (!existsSync(mark)) { writeFileSync(mark, ''); mine = true; } return mine; }";
    using project = new ToyProject({ 'worlds/toy/world.ts': toyWorldFile(stuck, first) });
    const { code } = await project.faultline(['run', ...TOY, '--wall-limit', '2', '--jobs', '1']);
    expect(code).toBe(255);
    const { runs } = project.result();
    expect(runs.map(({ verdict }) => verdict)).toEqual(['error', 'pass']);
    expect(runs[0]?.problem).toContain('longer than 2 s of real time in phase fault');
  });

  test('that dies makes its run an error with what it wrote last', async () => {
    const dying = "{ onTick: (at) => { if (at === 40_000) { console.error('out of memory'); process.exit(7); } } }";
    using project = new ToyProject({ 'worlds/toy/world.ts': toyWorldFile(dying) });
    await project.faultline(['run', 'TOY-01/A', ...TOY]);
    expect(project.result().runs[0]?.problem).toMatch(/ended in phase fault: exit 7\nout of memory/);
  });
});

describe('an interrupt', () => {
  const slow =
    '{ onTick: (at) => { if (at === 40_000) console.error(at); const end = Number(process.hrtime.bigint()) + 5e7; while (Number(process.hrtime.bigint()) < end) {} } }';

  test.each(['SIGINT', 'SIGTERM'] as const)('by %s heals, writes the journal and exits 3', async (signal) => {
    using project = new ToyProject({ 'worlds/toy/world.ts': toyWorldFile(slow) });
    const timer: { sent?: boolean } = {};
    const { code, stderr } = await project.faultline(
      ['run', ...TOY, '--jobs', '1', '--runs-dir', 'runs'],
      (_, kill) => {
        if (!timer.sent) kill(signal);
        timer.sent = true;
      },
    );
    // Nothing is written before the first result, so that the signal comes with it.
    expect(stderr).toContain('interrupted');
    expect(code).toBe(3);
    expect(project.result().verdict).toBe('aborted');
    const aborted = project.result().runs.filter(({ verdict }) => verdict === 'aborted');
    for (const run of aborted)
      if (run.instants.injected !== undefined)
        expect(run.lines.at(-1)).toMatchObject({ reference: 'residue', verdict: 'pass' });
  });
});

describe('replay', () => {
  test('of the same code finds the same trace', async () => {
    using project = new ToyProject();
    await project.faultline(['run', 'TOY-01/A', ...TOY]);
    const { code, stdout } = await project.faultline(['replay', 'runs/latest']);
    expect(stdout).toContain('the same run: trace hashes are equal');
    expect(code).toBe(0);
  });

  test('of a run that is not deterministic exits 1 with the first differing event', async () => {
    const unsteady = '{ noise: (at) => (at === 46_000 ? String(process.hrtime.bigint()) : undefined) }';
    using project = new ToyProject({ 'worlds/toy/world.ts': toyWorldFile(unsteady) });
    await project.faultline(['run', 'TOY-01/A', ...TOY, '--trace']);
    const traced = await project.faultline(['replay', 'runs/latest/TOY-01/A']);
    expect(traced.code).toBe(1);
    expect(traced.stdout).toMatch(
      /first difference at event \d+:\n {2}recorded {2}46000 noise \d+\n {2}replayed {2}46000 noise \d+/,
    );
    await project.faultline(['run', 'TOY-01/A', ...TOY]);
    const untraced = await project.faultline(['replay', 'runs/latest/TOY-01/A']);
    expect(untraced.stdout).toContain('first difference between 40.0 s and 50.0 s of the run, in phase fault');
  });

  test('with other code says so and compares verdicts', async () => {
    using project = new ToyProject();
    await project.faultline(['run', 'TOY-01/A', ...TOY]);
    project.write({ 'worlds/toy/world.ts': toyWorldFile("{ residue: ['a toxic'] }") });
    const { code, stdout, stderr } = await project.faultline(['replay', 'runs/latest']);
    expect(stderr).toContain('the code has changed');
    expect(stdout).toContain('verdict was pass, is fail; residue was pass, is fail');
    expect(code).toBe(1);
  });
});

describe('sabotage', () => {
  test('shows every assertion red and exits 0; validate then knows', async () => {
    using project = new ToyProject();
    const before = await project.faultline(['validate']);
    expect(before.stdout).toContain(
      'TOY-01        detection, mitigation[0], recovery[0], impact.never[0], impact.maySee, alerts, invariant:single-holder',
    );
    const { code, stdout } = await project.faultline(['sabotage', ...TOY]);
    expect(stdout).toContain('catalogue lines: 1 of 1 red');
    expect(stdout).toContain('mutations: 4 of 4 red');
    expect(code).toBe(0);
    expect((await project.faultline(['validate'])).stdout).not.toContain('never seen red');
  });

  test('exits 1 and says which assertion stayed green', async () => {
    using project = new ToyProject();
    const scenario = 'scenarios/toy/TOY-01-cache-down.ts';
    project.write({
      [scenario]: project
        .read(scenario)
        .replace(
          "mitigation: { 0: reads.resultIs('source', 'database') }",
          "mitigation: { 0: reads.each('anything', () => true) }",
        ),
    });
    const { code, stdout } = await project.faultline(['sabotage', ...TOY, '--line', '0']);
    expect(code).toBe(1);
    expect(stdout).toContain('GREEN TOY-01/A   sabotage[0]');
    expect(stdout).toContain('mitigation[0] is pass');
  });
});

describe('bad arguments exit 254 and name the mend', () => {
  test.each([
    [['run', 'TOY-11', ...TOY], 'expected the id of a row, found "TOY-11"; did you mean TOY-01?'],
    [['run', 'TOY-02', ...TOY], 'TOY-02 is planned, not implemented'],
    [['run', 'TOY-01/Z', ...TOY], 'expected a run A or B, found "Z"'],
    [['run', '--seed', 'x'], 'expected a whole number of at least 0'],
    [['run', '--system', 'toys'], 'expected one of toy, found "toys"; did you mean toy?'],
    [['replay', 'runs/none'], 'found no result.json'],
    [['fly'], "unknown command 'fly'"],
    [['report', 'x', '--format', 'pdf'], 'Allowed choices are terminal, markdown, junit, json'],
  ])('%j', async (args, message) => {
    using project = new ToyProject();
    const { code, stderr } = await project.faultline(args);
    expect(stderr).toContain(message);
    expect(code).toBe(254);
    expect(existsSync(join(project.root, 'runs'))).toBe(false);
  });
});

test('a new row is one entry of the catalogue and one file', async () => {
  using project = new ToyProject();
  const rows = project.read('catalogue/toy.yaml');
  const entry = rows.slice(rows.indexOf('  - id: TOY-01'), rows.indexOf('  - id: TOY-02')).replace('TOY-01', 'TOY-03');
  project.write({
    'catalogue/toy.yaml': `${rows.replace('TOY-02]', 'TOY-02, TOY-03]')}${entry}`,
    'scenarios/toy/TOY-03-cache-down-again.ts': project
      .read('scenarios/toy/TOY-01-cache-down.ts')
      .replace('TOY-01', 'TOY-03'),
  });
  expect((await project.faultline(['validate'])).stdout).toContain('3 rows, 2 implemented, 0 mistakes');
  expect((await project.faultline(['run', 'TOY-03', ...TOY])).code).toBe(0);
});

test('validate names what a scenario lacks against its row', async () => {
  using project = new ToyProject();
  const scenario = 'scenarios/toy/TOY-01-cache-down.ts';
  project.write({
    [scenario]: project
      .read(scenario)
      .replace('recovery: { 0:', 'recovery: { 1:')
      .replace('sabotage: { 0:', 'sabotage: { 3:')
      .replace('never: [reads.allSucceed()]', 'never: []')
      .replace('B: kill', 'C: kill'),
    'scenarios/toy/TOY-09-nothing.ts': project.read(scenario).replace('TOY-01', 'TOY-09'),
  });
  const { code, stderr } = await project.faultline(['validate']);
  expect(code).toBe(1);
  for (const message of [
    'TOY-09-nothing.ts: expected a row TOY-09 in the catalogue, found none',
    "expected recovery: { 0: ... } for the row's line recovery[0]",
    'expected 1 lines of recovery, found an index 1',
    'expected sabotage: { 0: ... }',
    'expected a probe for "Never: a read that fails."',
    "expected run B of the row's shape, found A, C",
  ])
    expect(stderr).toContain(message);
});

test.each([
  [['run', 'TOY-01/A/x', ...TOY], 'expected a row or a run such as NUM-03/A, found "TOY-01/A/x"'],
  [['list', '--system', 'typo'], '--system: expected one of toy'],
  [['reset', '--world', 'mars'], '--world mars: expected one of toy'],
  [['doctor', '--world', 'mars'], '--world mars: expected one of toy'],
])('%j is refused: it says what was expected', async (args, message) => {
  using project = new ToyProject();
  const { code, stderr } = await project.faultline(args);
  expect([code, stderr]).toEqual([254, expect.stringContaining(message)]);
});

test('an alert that no rule has is refused: no run would ever be given up for it', async () => {
  using project = new ToyProject({
    'deployments/rules.yaml': 'groups: [{ name: a, rules: [{ alert: CacheDown, expr: x }] }]',
  });
  const rules = "rules: [new URL('rules.yaml', import.meta.url).pathname]";
  project.write({ 'deployments/toy.ts': project.read('deployments/toy.ts').replace('rules: []', rules) });
  const { code, stderr } = await project.faultline(['run', ...TOY, '--abort-on', 'CacheDwn']);
  expect([code, stderr]).toEqual([254, expect.stringContaining('expected an alert of toy; did you mean CacheDown?')]);
});

test('a run that is asked for twice, by itself and with its row, is one', async () => {
  using project = new ToyProject();
  await project.faultline(['run', 'TOY-01/A', 'TOY-01', 'TOY-01/A', ...TOY]);
  expect(project.result()).toMatchObject({ runs: [{ run: 'A' }, { run: 'B' }] });
});

test("a folder of the user's that is called latest stays", async () => {
  using project = new ToyProject({ 'runs/latest/own.txt': 'mine' });
  await project.faultline(['run', 'TOY-01/A', ...TOY]);
  expect(project.read('runs/latest/own.txt')).toBe('mine');
});

test('list shows what is implemented and what is planned', async () => {
  using project = new ToyProject();
  const { stdout } = await project.faultline(['list']);
  expect(stdout).toMatch(/TOY-01 +implemented.*\nTOY-02 +planned/);
});

test('report makes each form again from the journal', async () => {
  using project = new ToyProject();
  await project.faultline(['run', ...TOY]);
  const forms = {
    terminal: 'pass  TOY-01',
    markdown: '## Faultline: pass',
    junit: '<testsuite name="faultline" tests="1" failures="0"',
    json: '"format": 1',
  };
  for (const [format, text] of Object.entries(forms)) {
    const { stdout, code } = await project.faultline(['report', 'runs/latest', '--format', format]);
    expect(stdout).toContain(text);
    expect(code).toBe(0);
  }
});
