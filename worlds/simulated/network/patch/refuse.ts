import dgram from 'node:dgram';
import tls from 'node:tls';
import { replace } from '../../kernel/patch/define.ts';
import { NotSimulated } from '../errors.ts';
import { currentNetwork } from '../network.ts';

/** What is not simulated refuses, with an error that says so, instead of reaching the real network. */
export function patchRefused(): void {
  const refuse = (target: object, name: string, what: string, instead: string): void => {
    const native = Reflect.get(target, name) as (...args: unknown[]) => unknown;
    replace(target, name, (...args: unknown[]): unknown => {
      if (currentNetwork() === undefined) return native(...args);
      throw new NotSimulated(what, instead);
    });
  };
  const plain = 'Use a plain connection in this deployment.';
  refuse(tls, 'connect', 'TLS', plain);
  refuse(tls, 'createServer', 'TLS', plain);
  refuse(dgram, 'createSocket', 'UDP', 'Use TCP.');
}
