import { FULL_PREFIX } from '../dead-mans-switch/lease.ts';

/**
 * The disk of a server: a file system of a limited size in memory, as a named volume. It would be gone with a container that is
 * killed, so a second one, which no fault is for, holds it; where there is a mark, that one keeps it full.
 */
export interface Disk {
  /** Whose it is. */
  readonly instance: string;
  readonly megabytes: number;
}

/** Where PostgreSQL's images have their data. */
const DATA = '/var/lib/postgresql/data';
/** Where the holder has the same. */
const HELD = '/disk';
const FILLER = `${HELD}/.filler`;
/** Of the holder's own. */
const HOLDER_MB = 32;

/** The container that holds a server's disk; the volume is called the same. */
export const holderOf = (instance: string): string => `disk-${instance}`;

/** Shell by which a holder answers 0 when the space is as the mark wants it. */
export const IS_FULL = `[ -e ${FILLER} ] && [ "$(df -Pk ${HELD} | awk 'NR == 2 { print $4 }')" = 0 ]`;
export const IS_FREE = `[ ! -e ${FILLER} ]`;

/** Compose's lines for the server: its disk, and memory that is counted as its own for what it writes there. */
export function diskLines({ instance, megabytes }: Disk, memoryMb: number): readonly string[] {
  const memory = `${memoryMb + megabytes}m`;
  return [
    `    volumes: ${JSON.stringify([`${holderOf(instance)}:${DATA}`])}`,
    `    mem_limit: ${memory}`,
    `    memswap_limit: ${memory}`,
  ];
}

/** Compose's lines for the holder. */
export function holderLines({ instance, megabytes }: Disk): readonly string[] {
  const fill = `dd if=/dev/zero of=${FILLER} bs=64k oflag=append conv=notrunc 2>/dev/null`;
  const turn = `if [ -e /clocks/${FULL_PREFIX}${instance} ]; then ${fill}; else rm -f ${FILLER}; fi`;
  return [
    '    image: ${SERVICE_IMAGE:-faultline/service:local}',
    "    labels: { org.faultline.run: '${FAULTLINE_RUN}' }",
    "    user: '0'",
    `    command: ${JSON.stringify(['sh', '-c', `while :; do ${turn}; sleep 0.2; done`])}`,
    `    volumes: ["${holderOf(instance)}:${HELD}", "\${CLOCKS}:/clocks:ro"]`,
    `    mem_limit: ${megabytes + HOLDER_MB}m`,
    '    stop_grace_period: 0s',
  ];
}

/** Compose's lines for the volume. */
export function volumeLines({ instance, megabytes }: Disk): readonly string[] {
  return [
    `  ${holderOf(instance)}:`,
    "    labels: { org.faultline.run: '${FAULTLINE_RUN}' }",
    `    driver_opts: { type: tmpfs, device: tmpfs, o: 'size=${megabytes}m' }`,
  ];
}
