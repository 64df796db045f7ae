import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { supervisorConfig } from '../operations/supervisor/config.ts';
import { jobsConfig } from './jobs/config.ts';
import { serviceConfig } from './service/config.ts';

const stores = { DATABASE_URL: 'postgres://db:5432/x', REDIS_URL: 'redis://redis:6379/0' };
const here = import.meta.dirname;

test.each([
  ['numbering-service', serviceConfig(stores), join(here, 'README.md')],
  ['numbering-jobs', jobsConfig({ ...stores, JOBS: 'quarantine-sweep' }), join(here, 'README.md')],
  ['supervisor', supervisorConfig({ TASK_RUNTIME_URL: 'http://x' }), join(here, '../operations/supervisor/README.md')],
])('the README of %s names every variable, and numbers with their defaults', (_name, config, file) => {
  const lines = readFileSync(file, 'utf8').split('\n');
  const undocumented = Object.entries(config).filter(([name, value]) => {
    const rows = lines.filter((text) => text.startsWith('|') && text.includes(`\`${name}\``));
    return !rows.some((text) => typeof value !== 'number' || text.includes(String(value)));
  });
  expect(undocumented).toEqual([]);
});
