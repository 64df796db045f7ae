import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { composeOverride } from './override.ts';

const changes = new Map([
  ['redis', { ports: new Map([[6379, 41_000]]), shares: 2048 }],
  ['numbering-service-1', { ports: new Map([[8080, 41_001]]), environment: { QUARANTINE_MS: '6000', NAME: 'a: "b"' } }],
]);

test('ports are published on 127.0.0.1 alone, in place of those of the first file', () => {
  const text = composeOverride(changes, undefined, undefined);
  expect(text).toContain('ports: !override ["127.0.0.1:41000:6379"]');
  expect(text.match(/!override/g)).toHaveLength(3);
});

test('environment, share, processors and control group are those of the run, quoted as YAML needs', () => {
  const { services } = parse(composeOverride(changes, '/faultline-1', '0'), { logLevel: 'silent' }) as {
    services: Record<string, Record<string, unknown>>;
  };
  expect(services['numbering-service-1']).toMatchObject({
    environment: { QUARANTINE_MS: '6000', NAME: 'a: "b"' },
    cgroup_parent: '/faultline-1',
    cpuset: '0',
  });
  expect(services['redis']).toMatchObject({ cpu_shares: 2048 });
  expect(services['redis']).not.toHaveProperty('environment');
});

test("a server's disk is a volume of its size that another container holds, and what it writes there is its own memory", () => {
  const disk = { instance: 'postgres', megabytes: 160 };
  const withDisk = new Map([
    ['postgres', { ports: new Map<number, number>(), disk: { ...disk, memoryMb: 256 } }],
    ['disk-postgres', { ports: new Map<number, number>(), holds: disk }],
  ]);
  expect(parse(composeOverride(withDisk, undefined, undefined), { logLevel: 'silent' })).toMatchObject({
    services: {
      postgres: { volumes: ['disk-postgres:/var/lib/postgresql/data'], mem_limit: '416m', memswap_limit: '416m' },
      'disk-postgres': { volumes: ['disk-postgres:/disk', '${CLOCKS}:/clocks:ro'], mem_limit: '192m' },
    },
    volumes: { 'disk-postgres': { driver_opts: { type: 'tmpfs', o: 'size=160m' } } },
  });
});
