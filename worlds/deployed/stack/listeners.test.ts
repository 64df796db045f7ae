import { expect, test } from 'vitest';
import type { ServiceSpec } from '../../../contract/index.ts';
import { deployment } from '../../../deployments/numbering.ts';
import { proxies } from '../images/topology.ts';
import { DirectLink, throughProxies } from './listeners.ts';

const { components } = deployment;
const all = proxies(deployment);
const service = components.find(({ name }) => name === 'numbering-service') as ServiceSpec;

test("a service is told its proxies' addresses and no server's", () => {
  const listen = (name: string): number | undefined => all.find((proxy) => proxy.name === name)?.listen;
  expect(throughProxies('numbering-service-2', service.env, all, components)).toMatchObject({
    DATABASE_URL: `postgres://postgres@toxiproxy:${listen('numbering-service-2--postgres')}/numbering`,
    REDIS_URL: `redis://toxiproxy:${listen('numbering-service-2--redis')}/0`,
    HTTP_PORT: '8080',
  });
});

test('a configuration that names a server directly stops the start', () => {
  const other = { ...service.env, CACHE_ADDRESS: 'redis:6380' };
  expect(() => throughProxies('numbering-service-1', other, all, components)).toThrow(DirectLink);
});
