import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { PgbouncerSpec, Sabotage } from '../../../contract/index.ts';
import { pgbouncerFiles } from '../images/pgbouncer-ini.ts';
import { PROXY_HOST } from '../images/topology.ts';
import type { Proxy } from '../images/topology.ts';
import type { RunFolder } from './folder.ts';

export interface PoolerOptions {
  readonly speed: number;
  readonly sabotage: Sabotage | undefined;
  readonly pastProxies: boolean;
}

/** Writes PgBouncer's configuration for a run, with what a sabotage changes of it, and gives the volumes of its container. */
export function writePooler(
  folder: RunFolder,
  proxies: readonly Proxy[],
  spec: PgbouncerSpec,
  { speed, sabotage, pastProxies }: PoolerOptions,
): readonly string[] {
  const changed = sabotage?.kind === 'configuration' && sabotage.component === spec.name ? sabotage.env : {};
  const through = (server: { readonly host: string; readonly port: number }) => {
    const proxy = proxies.find(
      (each) => each.client === spec.name && each.server === server.host && each.port === server.port,
    );
    return proxy === undefined || pastProxies ? server : { host: PROXY_HOST, port: proxy.listen };
  };
  mkdirSync(join(folder.path, spec.name), { recursive: true });
  const files = pgbouncerFiles({ ...spec, config: { ...spec.config, ...changed } }, through, speed);
  for (const [name, text] of Object.entries(files)) folder.write(join(spec.name, name), text);
  return [`${join(folder.path, spec.name)}:/etc/pgbouncer:ro`, `${folder.clocks}:/clocks`];
}
