/** On a network namespace of its own: skipped where this user may not make one. */
import { spawn, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { NamespaceRules, listRules } from './namespace-rules.ts';

const able = spawnSync('unshare', ['--net', 'iptables', '--list-rules']).status === 0;
const PORTS = Array.from({ length: 40 }, (_, index) => String(20_000 + index));
const drop = (port: string): readonly string[] => ['OUTPUT', '--protocol', 'tcp', '--dport', port, '--jump', 'DROP'];

describe.skipIf(!able)('rules of a network namespace', () => {
  const holder = able ? spawn('unshare', ['--net', 'sleep', '120']) : undefined;
  const pid = holder?.pid ?? 0;

  // `unshare` has entered its namespace when it has become `sleep`.
  beforeAll(() =>
    vi.waitFor(() => expect(readFileSync(`/proc/${pid}/comm`, 'utf8')).toBe('sleep\n'), { timeout: 5000 }),
  );
  afterAll(() => void holder?.kill('SIGKILL'));

  test('forty that are asked for at once are in force when they are said to be, and gone when they were taken off', async () => {
    const rules = new NamespaceRules(pid);
    await Promise.all(PORTS.map((port) => rules.change('--insert', ...drop(port))));
    expect(await listRules(pid)).toHaveLength(PORTS.length);
    const listed = await rules.list();
    for (const port of PORTS) expect(listed.some((line) => line.includes(`--dport ${port} `))).toBe(true);
    await Promise.all(PORTS.map((port) => rules.change('--delete', ...drop(port))));
    expect(await rules.list()).toEqual([]);
  });

  test('one that iptables refuses is an error, and the next is made', async () => {
    const rules = new NamespaceRules(pid);
    await expect(rules.change('--insert', 'OUTPUT', '--no-such-match')).rejects.toThrow('iptables-restore');
    await rules.change('--insert', ...drop('1'));
    expect(await listRules(pid)).toHaveLength(1);
  });
});
