import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { PgbouncerSpec } from '../../../contract/index.ts';
import { deployment } from '../../../deployments/numbering.ts';
import { pgbouncerFiles } from './pgbouncer-ini.ts';
import { throughProxy } from './topology.ts';

const SPEC: PgbouncerSpec = {
  kind: 'pgbouncer',
  name: 'pgbouncer',
  port: 6432,
  databases: { numbering: { host: 'postgres', port: 5432, database: 'numbering', connectQuery: "set a = 'b'" } },
  config: { pool_mode: 'transaction', query_wait_timeout: '2', server_lifetime: '0' },
  dependsOn: [],
};

test('the files of the pooler are what deployments/numbering.ts makes of it', () => {
  for (const spec of deployment.components) {
    if (spec.kind !== 'pgbouncer') continue;
    for (const [name, text] of Object.entries(pgbouncerFiles(spec, (server) => throughProxy(deployment, spec, server))))
      expect(readFileSync(join(import.meta.dirname, 'numbering', spec.name, name), 'utf8')).toBe(text);
  }
  expect.hasAssertions();
});

test('a pooler is told its proxy, and its times become shorter with the speed', () => {
  const { 'pgbouncer.ini': ini } = pgbouncerFiles(SPEC, () => ({ host: 'toxiproxy', port: 20_001 }), 10);
  expect(ini).toContain(
    "numbering = host=toxiproxy port=20001 dbname=numbering user=postgres connect_query='set a = ''b'''",
  );
  expect(ini).toContain('pool_mode = transaction\nquery_wait_timeout = 0.2\nserver_lifetime = 0\n');
});

test('no speed leaves PgBouncer less than the whole second below which it cuts a wait for a connection to nothing', () => {
  const spec = { ...SPEC, config: { server_connect_timeout: '2', query_wait_timeout: '5' } };
  const told = (speed: number): string | undefined => pgbouncerFiles(spec, (server) => server, speed)['pgbouncer.ini'];
  expect(told(10)).toContain('server_connect_timeout = 1\nquery_wait_timeout = 0.5\n');
  expect(told(4)).toContain('server_connect_timeout = 1\nquery_wait_timeout = 1.25\n');
  expect(told(1)).toContain('server_connect_timeout = 2\nquery_wait_timeout = 5\n');
});
