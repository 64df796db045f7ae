/** Writes docker-compose.chaos.yml, and what Toxiproxy and Prometheus are started with there, from deployments/<system>.ts (default: numbering). */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { format } from 'prettier';
import { stringify } from 'yaml';
import { pathToFileURL } from 'node:url';
import type { Deployment } from '../../../contract/index.ts';
import { composeFile } from './compose-file.ts';
import { pgbouncerFiles } from './pgbouncer-ini.ts';
import { prometheusConfiguration, proxyConfiguration, throughProxy } from './topology.ts';

const ROOT = join(import.meta.dirname, '..', '..', '..');
const source = pathToFileURL(join(ROOT, 'deployments', `${process.argv[2] ?? 'numbering'}.ts`)).href;
const { deployment } = (await import(source)) as { readonly deployment: Deployment };
const folder = join('worlds', 'deployed', 'images', deployment.system);
const files: Readonly<Record<string, string>> = {
  'docker-compose.chaos.yml': composeFile(deployment),
  [join(folder, 'toxiproxy.json')]: JSON.stringify(proxyConfiguration(deployment)),
  [join(folder, 'prometheus.yml')]:
    `# Held to deployments/${deployment.system}.ts by images/compose.test.ts.\n` +
    stringify(prometheusConfiguration(deployment, ['/etc/prometheus/rules/*.yaml'])),
};
for (const spec of deployment.components) {
  if (spec.kind !== 'pgbouncer') continue;
  mkdirSync(join(ROOT, folder, spec.name), { recursive: true });
  for (const [name, text] of Object.entries(pgbouncerFiles(spec, (server) => throughProxy(deployment, spec, server))))
    writeFileSync(join(ROOT, folder, spec.name, name), text);
}
const style = JSON.parse(readFileSync(join(ROOT, '.prettierrc.json'), 'utf8')) as object;
for (const [file, text] of Object.entries(files))
  writeFileSync(join(ROOT, file), await format(text, { ...style, filepath: join(ROOT, file) }));
