import fs from 'node:fs';
import path from 'node:path';
import { account, findBinaries } from '../binaries.ts';
import { PostgresServer } from '../server.ts';
import { REPLICATED_SETTINGS, replicatedConfiguration } from '../settings.ts';
import { releaseFolder, runFolder } from '../template.ts';
import { Acceptor } from './acceptor.ts';
import { stopBackground } from './background.ts';
import type { Lsn, Wal } from './messages.ts';
import { RealReceiver } from './real-receiver.ts';

/** Port in the name of the socket at which a standby's walreceiver reaches this process. */
const RELAY_PORT = 5433;

/** WAL that is flushed on a standby and not yet replayed, because of its apply delay. */
export type Held = Wal;

/** One server of a replicated cluster: its data folder, its process, and the relay to its walreceiver while it is a standby. */
export class Member {
  readonly name: string;
  readonly server: PostgresServer;
  /** The system identifier: that of the template, so of all copies of it. */
  system = '';
  /** The component whose log it gets while it is a standby. */
  follows = '';
  /** The timeline on which it follows that one. */
  timeline = 1;
  /** Undefined while it is no standby, or is not running. */
  receiver: RealReceiver | undefined;
  /** On its disk; kept over a kill. */
  held: Held[] = [];
  /** Up to where it has received the log, `held` included. */
  received: Lsn = 0n;
  readonly #acceptor: Acceptor;
  #goOn: () => void = () => {};

  readonly #version: string;

  /** @param version of PostgreSQL, as the walreceiver is told. */
  constructor(name: string, template: string, version: string) {
    this.name = name;
    this.#version = version;
    const folder = runFolder(template);
    this.server = new PostgresServer(findBinaries(), folder, {
      ...REPLICATED_SETTINGS,
      primary_conninfo: `host=${folder} port=${RELAY_PORT} user=postgres application_name=${name}`,
    });
    this.#acceptor = new Acceptor(path.join(folder, `.s.PGSQL.${RELAY_PORT}`));
  }

  /** It was started as a standby and has not been promoted. */
  get standby(): boolean {
    return fs.existsSync(this.#signalFile);
  }

  get #signalFile(): string {
    return path.join(this.server.data, 'standby.signal');
  }

  /** Before its start: what it is to be. */
  configure(role: { readonly standby: boolean; readonly synchronousStandby: string | undefined }): void {
    const { data } = this.server;
    this.own('faultline.conf', replicatedConfiguration(role.synchronousStandby));
    const main = path.join(data, 'postgresql.conf');
    const included = `include 'faultline.conf'\n`;
    if (!fs.readFileSync(main, 'utf8').includes(included)) fs.appendFileSync(main, included);
    if (role.standby) this.own('standby.signal', '');
  }

  /** Writes a file of the data folder. */
  own(name: string, text: string): void {
    const file = path.join(this.server.data, name);
    fs.writeFileSync(file, text, { mode: 0o600 });
    if (account.uid !== undefined) fs.chownSync(file, account.uid, account.gid);
  }

  /** Starts the server if it does not run; a standby's walreceiver is connected on return. */
  start(): void {
    if (this.server.running) return;
    this.#acceptor.drop();
    this.server.start();
    if (this.standby) this.#receive();
    this.stopBackground();
  }

  #receive(): void {
    const receiver = new RealReceiver(this.#acceptor, {
      version: this.#version,
      system: this.system,
      timeline: this.timeline,
    });
    this.receiver = receiver;
    const [first] = this.held;
    if (first !== undefined) receiver.resumeAt(first.from);
    this.received = this.held.at(-1)?.to ?? receiver.start;
  }

  stopBackground(): void {
    this.#goOn = stopBackground(this.server.control('postgres'));
  }

  letBackgroundGoOn(): void {
    this.#goOn();
    this.#goOn = () => {};
  }

  /** Its walreceiver has ended: it was promoted or has died. */
  stopReceiving(): void {
    this.receiver?.close();
    this.receiver = undefined;
  }

  kill(): void {
    this.server.kill();
    this.stopReceiving();
  }

  dispose(): void {
    this.kill();
    this.#acceptor.close();
    releaseFolder(this.server.folder);
  }
}
