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

test.each([
  ['an address of a port without a proxy', 'CACHE_ADDRESS', 'redis:6380'],
  ['one among several', 'CACHES', 'elsewhere:1,redis:6380'],
  ['a URL with the port left out', 'CACHE_URL', 'redis://redis/0'],
  ['a URL with a user', 'OTHER_DATABASE_URL', 'postgres://user:secret@postgres/numbering'],
  ['the host alone', 'CACHE_HOST', 'redis'],
  ['an instance', 'PEER_URL', 'http://numbering-service-1:8099/'],
])('a configuration that names a server directly stops the start: %s', (_, variable, value) => {
  const other = { ...service.env, [variable]: value };
  expect(() => throughProxies('numbering-service-1', other, all, components)).toThrow(DirectLink);
});

test("a component's name that is no address is none", () => {
  const other = { ...service.env, CACHE_KIND: 'redis', TITLE: 'the redis of/redis' };
  expect(() => throughProxies('numbering-service-1', other, all, components)).not.toThrow();
});
