/** Root file systems out of Debian packages, each as a tar file that a Dockerfile adds. Downloaded at first use, once a process. */
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { completeBase, completeBusybox } from './base-root.ts';
import { Debian } from './debian.ts';
import { $, report } from './shell.ts';
import { workFolder } from './work-folder.ts';

/** Packages by image; dependencies are named, because nothing resolves them. */
export const PACKAGES = {
  base: [
    'base-files base-passwd bash dash coreutils sed grep findutils hostname gzip tar util-linux procps libproc2-0 tzdata',
    'busybox-static libc6 libc-bin libgcc-s1 libstdc++6 libatomic1 libtinfo6 libselinux1 libpcre2-8-0 libacl1 libattr1',
    'libcap2 libcap-ng0 libaudit1 libpam0g libsystemd0 libgmp10 libcrypt1 libmount1 libblkid1 libsmartcols1 libuuid1',
    // What lifts packet rules when a harness is gone (../dead-mans-switch).
    'iptables libxtables12 libip4tc2 libip6tc2 libnftnl11 libmnl0 libnfnetlink0 libnetfilter-conntrack3',
    'zlib1g libzstd1 liblz4-1 liblzma5 libxxhash0 libssl3t64',
  ],
  postgres: [
    'postgresql-17 postgresql-client-17 libpq5 libicu76 libxml2 libldap2 libsasl2-2 libreadline8t64 libgssapi-krb5-2',
    'libkrb5-3 libkrb5support0 libk5crypto3 libkeyutils1 libcom-err2 libnuma1 liburing2',
  ],
  redis: ['redis-server redis-sentinel redis-tools libjemalloc2 liblzf1'],
  pgbouncer: ['pgbouncer libcares2 libevent-2.1-7t64 libldap2 libsasl2-2'],
  prometheus: ['prometheus promtool'],
} as const;

type Root = keyof typeof PACKAGES;

const names = (root: Root): readonly string[] => PACKAGES[root].flatMap((line) => line.split(' '));

let folder: string | undefined;
let debian: Promise<Debian> | undefined;

async function packages(): Promise<Debian> {
  folder ??= workFolder('debian');
  debian ??= Debian.open(
    join(folder, 'apt'),
    (Object.keys(PACKAGES) as Root[]).flatMap((root) => names(root)),
  ).then((opened) => {
    report('downloaded the Debian packages');
    return opened;
  });
  return debian;
}

async function unpacked(root: Root): Promise<string> {
  const opened = await packages();
  const into = join(folder!, root);
  if (!existsSync(into)) {
    await opened.unpack(names(root), into);
    if (root === 'base') completeBase(into);
  }
  return into;
}

/** Writes `root.tar`, owned by root, into a build context. */
async function pack(root: string, context: string): Promise<void> {
  await $`tar -c --owner=0 --group=0 --numeric-owner -C ${root} -f ${join(context, 'root.tar')} .`;
}

/** Puts the file tree of these packages into a build context. */
export async function addRoot(root: Root, context: string): Promise<void> {
  await pack(await unpacked(root), context);
}

/** Puts a tree with busybox alone into a build context. */
export async function addBusybox(context: string): Promise<void> {
  const base = await unpacked('base');
  const root = mkdtempSync(join(folder!, 'busybox-'));
  mkdirSync(join(root, 'bin'));
  copyFileSync(join(base, 'usr/bin/busybox'), join(root, 'bin/busybox'));
  completeBusybox(root);
  await $`chmod 755 ${root}`;
  await pack(root, context);
}

/** Puts programs of these packages into a build context. */
export async function addPrograms(root: Root, programs: readonly string[], context: string): Promise<void> {
  const from = await unpacked(root);
  for (const program of programs) copyFileSync(join(from, 'usr/bin', program), join(context, program));
}

/** Removes what was downloaded and unpacked. */
export function removeDownloads(): void {
  if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
}
