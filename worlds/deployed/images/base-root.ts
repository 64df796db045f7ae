/** What Debian's maintainer scripts would have made in the base image, made by hand. */
import { chmodSync, existsSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** User and group ids are those of the official images. */
const USERS = [
  'root:x:0:0:root:/root:/bin/bash',
  'nobody:x:65534:65534:nobody:/:/bin/false',
  'postgres:x:999:999::/var/lib/postgresql:/bin/bash',
  'redis:x:998:998::/data:/bin/false',
  'node:x:1000:1000::/home/node:/bin/bash',
];
const GROUPS = ['root:x:0:', 'tty:x:5:', 'nogroup:x:65534:', 'postgres:x:999:', 'redis:x:998:', 'node:x:1000:'];

/** busybox under the names of tools that are not among the packages. */
const BUSYBOX = ['wget', 'nc', 'ip', 'awk'];

/** Users, folders and links of an unpacked base. */
export function completeBase(root: string): void {
  for (const folder of ['etc', 'run', 'root', 'home/node', 'data', 'tmp', 'var/tmp']) {
    mkdirSync(join(root, folder), { recursive: true });
  }
  for (const folder of ['tmp', 'var/tmp']) chmodSync(join(root, folder), 0o1777);
  // Without this link PostgreSQL cannot make its lock file.
  rmSync(join(root, 'var/run'), { recursive: true, force: true });
  symlinkSync('/run', join(root, 'var/run'));
  identities(root);
  if (!existsSync(join(root, 'usr/bin/sh'))) symlinkSync('dash', join(root, 'usr/bin/sh'));
  // The maintainer script's alternatives.
  symlinkSync('xtables-nft-multi', join(root, 'usr/sbin/iptables'));
  for (const name of BUSYBOX) {
    rmSync(join(root, 'usr/bin', name), { force: true });
    symlinkSync('busybox', join(root, 'usr/bin', name));
  }
}

/** The root of an image with a static program and nothing but busybox: users, a shell, /tmp. */
export function completeBusybox(root: string): void {
  for (const folder of ['bin', 'etc', 'tmp']) mkdirSync(join(root, folder), { recursive: true });
  chmodSync(join(root, 'tmp'), 0o1777);
  identities(root);
  for (const name of ['sh', 'wget', 'cat', 'ls', 'sleep', 'nc', 'ps', 'kill', 'ip']) {
    symlinkSync('busybox', join(root, 'bin', name));
  }
}

function identities(root: string): void {
  writeFileSync(join(root, 'etc/passwd'), `${USERS.join('\n')}\n`);
  writeFileSync(join(root, 'etc/group'), `${GROUPS.join('\n')}\n`);
  writeFileSync(join(root, 'etc/nsswitch.conf'), 'hosts: files dns\n');
}
