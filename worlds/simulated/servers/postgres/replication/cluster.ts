import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import type { PostgresSpec } from '../../../../../contract/index.ts';
import { exemptFromGuard } from '../../../kernel/guard.ts';
import { findBinaries } from '../binaries.ts';
import { Control } from '../control.ts';
import { RunDatabase, writeClock } from '../database.ts';
import { removeSegment } from '../server.ts';
import { LOG_SEGMENTS_KEPT } from '../settings.ts';
import { templateFolder } from '../template.ts';
import { Member } from './member.ts';
import { parseLsn } from './messages.ts';
import { RealSender } from './real-sender.ts';

/** A primary and its standbys, for a child process and all its runs. */
export class ReplicatedCluster {
  readonly #primary: PostgresSpec;
  readonly #standbys: readonly PostgresSpec[];
  readonly #template: string;
  #members = new Map<string, Member>();
  #database: RunDatabase | undefined;
  /** No server was promoted or rebuilt since all were made from the template: they can be kept for the next run. */
  #pristine = false;

  /** Not during a run: it waits for real processes. */
  constructor(primary: PostgresSpec, standbys: readonly PostgresSpec[]) {
    this.#primary = primary;
    this.#standbys = standbys;
    const synchronous = standbys.filter((spec) => spec.synchronous === true);
    if (synchronous.length > 1) {
      throw new Error(
        `${primary.name} has ${synchronous.length} synchronous standbys: the simulated world knows when a commit is released for one only`,
      );
    }
    this.#template = templateFolder({ migrate: primary.migrate, database: primary.database, replicated: true });
  }

  member(name: string): Member {
    const member = this.#members.get(name);
    if (member === undefined) throw new Error(`${name} is no server of the cluster of ${this.#primary.name}`);
    return member;
  }

  /** The database of a run on all servers: a copy of the migrated template, filled with the primary's `seed`. */
  reset(now: Date): void {
    if (!this.#pristine || this.member(this.#primary.name).server.logSegments > LOG_SEGMENTS_KEPT) this.#make();
    for (const member of this.#members.values()) {
      writeClock(member.server, now);
      member.start();
      member.letBackgroundGoOn();
      const control = member.server.control('postgres');
      control.query('alter system reset all');
      control.query('select pg_reload_conf()');
      if (member.standby) control.query('select pg_wal_replay_resume()');
    }
    const primary = this.member(this.#primary.name);
    this.#database ??= new RunDatabase(primary.server);
    this.#database.make(this.#primary);
    beginSegment(primary);
    for (const { name } of this.#standbys) this.#bringUp(this.member(name), primary);
    for (const member of this.#members.values()) member.stopBackground();
  }

  /** Outside of virtual time: the standby gets and replays all of the primary's log. */
  #bringUp(standby: Member, primary: Member): void {
    const { receiver } = standby;
    if (receiver === undefined) throw new Error(`${standby.name} has no walreceiver`);
    for (const wal of standby.held.splice(0)) receiver.deliver(wal, true);
    receiver.catchUp();
    const end = parseLsn(primary.server.control('postgres').query('select pg_current_wal_flush_lsn()')[0]?.[0] ?? '');
    const sender = new RealSender(primary.server.socketPath, standby.name, receiver.position, standby.timeline);
    const wal = sender.read(end, 0n);
    sender.close();
    if (wal !== undefined) receiver.deliver(wal, true);
    standby.received = receiver.position;
  }

  #make(): void {
    this.#disposeMembers();
    this.#database = undefined;
    const { version } = findBinaries();
    const synchronous = this.#standbys.find((spec) => spec.synchronous === true)?.name;
    let system: string | undefined;
    for (const { name } of [this.#primary, ...this.#standbys]) {
      const member = new Member(name, this.#template, version);
      this.#members.set(name, member);
      const standby = system !== undefined;
      member.configure({ standby, synchronousStandby: standby ? undefined : synchronous });
      if (system === undefined) {
        member.start();
        const control = member.server.control('postgres');
        system = control.query('select system_identifier from pg_control_system()')[0]?.[0] ?? '';
      }
      member.system = system;
      member.follows = this.#primary.name;
      if (standby) member.start();
    }
    this.#pristine = true;
  }

  /** The server is a primary of its own from now on. */
  promoted(): void {
    this.#pristine = false;
  }

  /** Makes `name`, which does not run, a standby with a fresh copy of what `from` holds now. */
  rebuild(name: string, from: string): void {
    this.#pristine = false;
    const [target, source] = [this.member(name), this.member(from)];
    if (target.server.running) throw new Error(`${name} runs: it cannot be made anew`);
    const control = new Control(source.server.socketPath);
    try {
      control.query(`select pg_backup_start('faultline', true)`);
      removeSegment(target.server.data);
      fs.rmSync(target.server.data, { recursive: true, force: true });
      copyFolder(source.server.data, target.server.data);
      const [stopped] = control.query(
        `select lsn, labelfile, (select timeline_id from pg_control_checkpoint()) from pg_backup_stop(false)`,
      );
      // All of the log up to the end of the backup, so that it is consistent before it streams (pg_basebackup -X).
      const log = path.join('pg_wal');
      fs.rmSync(path.join(target.server.data, log), { recursive: true, force: true });
      copyFolder(path.join(source.server.data, log), path.join(target.server.data, log));
      for (const left of ['postmaster.pid', 'postmaster.opts', 'postgresql.auto.conf']) {
        fs.rmSync(path.join(target.server.data, left), { force: true });
      }
      target.own('postgresql.auto.conf', '');
      target.own('backup_label', stopped?.[1] ?? '');
      target.timeline = Number(stopped?.[2]);
    } finally {
      control.close();
    }
    target.held = [];
    target.follows = from;
    target.configure({ standby: true, synchronousStandby: undefined });
  }

  #disposeMembers(): void {
    for (const member of this.#members.values()) member.dispose();
    this.#members.clear();
  }

  dispose(): void {
    this.#disposeMembers();
    this.#pristine = false;
  }
}

/**
 * Each run begins at the start of a segment of the log, with all pages written: how much log a standby asks for when it comes back, which
 * is from the start of a segment, and how much a change makes, depends on no run before.
 */
function beginSegment(primary: Member): void {
  const control = primary.server.control('postgres');
  control.query('checkpoint');
  control.query('select pg_switch_wal()');
}

function copyFolder(from: string, to: string): void {
  const copied = exemptFromGuard(() => spawnSync('cp', ['-a', '--reflink=auto', from, to]));
  if (copied.status !== 0) throw new Error(`copying ${from} failed: ${copied.stderr.toString()}`);
}
