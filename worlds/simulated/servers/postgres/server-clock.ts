import fs from 'node:fs';
import type { WallClock } from '../../kernel/wall-clock.ts';
import type { PostgresServer } from './server.ts';

/** The virtual wall clock of a server, in the file where its functions read it (virtual-time.ts). */
export class ServerClock {
  readonly #clock: WallClock;
  readonly #file: number;
  #written = Number.NaN;

  constructor(server: PostgresServer, clock: WallClock) {
    this.#clock = clock;
    this.#file = fs.openSync(server.clockFile, 'r+');
  }

  /** Writes the present instant, before something that may read it. */
  set(): void {
    const now = this.#clock.read();
    if (now === this.#written) return;
    this.#written = now;
    const whole = Math.floor(now);
    const micros = Math.floor((now - whole) * 1000);
    const text = `${new Date(whole).toISOString().replace('T', ' ').replace('Z', '')}${String(micros).padStart(3, '0')}+00\n`;
    fs.writeSync(this.#file, text, 0);
  }

  close(): void {
    fs.closeSync(this.#file);
  }
}
