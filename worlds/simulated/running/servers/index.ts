import type { ComponentSpec, ServiceSpec } from '../../../../contract/index.ts';
import { nats } from './nats.ts';
import { objectStore } from './object-store.ts';
import { pgbouncer } from './pgbouncer.ts';
import { postgres } from './postgres.ts';
import { redis } from './redis.ts';
import type { MakeServer, Server, ServerContext } from './server.ts';

type ServerSpec = Exclude<ComponentSpec, ServiceSpec>;

const MAKERS: { readonly [K in ServerSpec['kind']]: MakeServer<Extract<ServerSpec, { kind: K }>> } = {
  postgres,
  redis,
  nats,
  pgbouncer,
  'object-store': objectStore,
};

/** The server that stands for a component, by its kind. */
export function makeServer(spec: ServerSpec, context: ServerContext): Server {
  return (MAKERS[spec.kind] as MakeServer<ServerSpec>)(spec, context);
}
