import type { ComponentSpec } from '../../../contract/index.ts';
import { PROXY_HOST, instancesOf } from '../images/topology.ts';
import type { Proxy } from '../images/topology.ts';

/** A service's configuration that reaches a server past Toxiproxy: no fault could be put on that link. */
export class DirectLink extends Error {
  override readonly name = 'DirectLink';
}

/**
 * The environment of one instance with its proxies' addresses in place of the servers'.
 * @throws DirectLink when a component of the deployment is still named
 */
export function throughProxies(
  instance: string,
  environment: Readonly<Record<string, string>>,
  proxies: readonly Proxy[],
  components: readonly ComponentSpec[],
): Readonly<Record<string, string>> {
  const own = proxies.filter(({ client }) => client === instance);
  const names = [...new Set(components.flatMap((spec) => [spec.name, ...instancesOf(spec)]))];
  return Object.fromEntries(
    Object.entries(environment).map(([variable, value]) => {
      let changed = value;
      for (const { server, port, listen } of own)
        changed = changed.replaceAll(new RegExp(`(^|[/@,])${server}:${port}(?!\\d)`, 'g'), `$1${PROXY_HOST}:${listen}`);
      const direct = names.find((name) => isNamed(name, variable, changed));
      if (direct !== undefined)
        throw new DirectLink(
          `${instance}: ${variable} names ${direct} and not Toxiproxy: no fault could be put on that link`,
        );
      return [variable, changed];
    }),
  );
}

/** With a port, as the host of a URL, or as the value of a variable for hosts. */
function isNamed(name: string, variable: string, value: string): boolean {
  return (
    new RegExp(`(^|[/@,])${name}:\\d`).test(value) ||
    new RegExp(`://([^/@,]*@)?${name}([/?,]|$)`).test(value) ||
    (/_HOSTS?$/.test(variable) && value.split(',').includes(name))
  );
}
