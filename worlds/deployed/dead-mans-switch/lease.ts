/** The files by which harness and switch know of each other, in the folder of the clocks, which both have. */
export const LEASE = '.lease';
/** There once the switch has healed. */
export const HEALED = '.healed';
/** `.cut-<instance>`: packet rules have been put into that container's network namespace. */
export const CUT_PREFIX = '.cut-';
/** `.standby-<server>`: it is made anew as a standby of the server named in it (images/postgres/member.sh). */
export const STANDBY_PREFIX = '.standby-';
/** `.full-<server>`: the file system of its data is to have no space left (stack/disk.ts). */
export const FULL_PREFIX = '.full-';
/** What the container `clocks` lays out there. */
export const SHIM = 'skew.so';

/** Whether a file there is the offset of an instance's clock. */
export function isOffset(name: string): boolean {
  return !name.startsWith('.') && !name.endsWith('.new') && name !== SHIM;
}
