import { readFileSync } from 'node:fs';

/** What the kernel counts for the TCP connections of a container: of its own, not of one link. */
export interface TcpCounts {
  /** Attempts to connect that failed. */
  readonly refused: number;
  /** Connections that were reset. */
  readonly reset: number;
}

/** @param pid a process of the container, as this machine sees it */
export function tcpCounts(pid: number): TcpCounts {
  const [names = [], values = []] = readFileSync(`/proc/${pid}/net/snmp`, 'utf8')
    .split('\n')
    .filter((line) => line.startsWith('Tcp:'))
    .map((line) => line.split(' '));
  const count = (name: string): number => Number(values[names.indexOf(name)] ?? 0);
  return { refused: count('AttemptFails'), reset: count('EstabResets') };
}
