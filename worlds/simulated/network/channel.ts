import { type Life, runInLife } from '../kernel/life.ts';
import type { Simulation } from '../kernel/simulation.ts';
import { DATA_GIVES_UP_MS, FIRST_RETRANSMISSION_MS, type HostLink } from './link.ts';

/** What travels on one direction of a connection. */
export type Segment =
  /** `departs`: the instant at which it leaves, if that is later than now: a server's answer after its cost. */
  | { readonly kind: 'data'; readonly chunk: Buffer; readonly departs?: number }
  /** A handshake step, or the end of a direction: `run` happens where it arrives. */
  | { readonly kind: 'control'; readonly name: string; readonly run: () => void };

export interface ChannelEnds {
  /** Who receives data; a paused or dead process does not. Undefined: the kernel of the host answers. */
  receiver(): Life | undefined;
  deliver(chunk: Buffer): void;
  /** Sent for `DATA_GIVES_UP_MS` in vain. */
  gaveUp(): void;
}

/** One direction of a TCP connection: ordered, with retransmission while the link loses packets. */
export class Channel {
  readonly #simulation: Simulation;
  readonly #link: HostLink;
  readonly #ends: ChannelEnds;
  readonly #label: string;
  #queue: Segment[] = [];
  #stalledSince: number | undefined;
  #lastArrival = 0;
  /** Until when what was sent before keeps a link of little bandwidth busy. */
  #busyUntil = 0;
  #lastSent: Packet | undefined;
  /** Bytes sent and not yet delivered. */
  inFlight = 0;
  closed = false;

  constructor(simulation: Simulation, link: HostLink, ends: ChannelEnds) {
    this.#simulation = simulation;
    this.#link = link;
    this.#ends = ends;
    this.#label = `${link.from.name}>${link.to.name}`;
  }

  send(segment: Segment): void {
    if (this.closed) return;
    if (segment.kind === 'data') this.inFlight += segment.chunk.length;
    this.#queue.push(segment);
    if (this.#stalledSince === undefined) this.#flush();
  }

  /** The sender has died: what was to leave later never does. */
  senderDied(): void {
    if (this.#lastSent !== undefined && this.#lastSent.departs > this.#simulation.now) this.#lastSent.lost = true;
  }

  /** Nothing more arrives. */
  close(): void {
    this.closed = true;
    this.#queue = [];
  }

  #flush(): void {
    while (this.#queue.length > 0 && !this.closed) {
      if (this.#link.has('partition')) return this.#stall();
      const segment = this.#queue.shift() as Segment;
      if (this.#link.has('blackhole') && !(segment.kind === 'control' && segment.name.startsWith('syn'))) {
        this.#link.counts.dropped += 1;
        if (segment.kind === 'data') this.inFlight -= segment.chunk.length;
      } else {
        this.#transmit(segment);
      }
    }
    return undefined;
  }

  /** Packets are lost: send again after 200 ms, 400 ms, 800 ms ... Everything behind waits, because TCP keeps order. */
  #stall(): void {
    this.#stalledSince = this.#simulation.now;
    this.#link.counts.held += this.#queue.length;
    const retry = (timeout: number): void => {
      this.#inKernel(this.#simulation.now + timeout, () => {
        if (this.closed || this.#stalledSince === undefined) return;
        if (this.#simulation.now - this.#stalledSince > DATA_GIVES_UP_MS) return this.#ends.gaveUp();
        this.#link.counts.held += 1;
        if (this.#link.has('partition')) return retry(Math.min(timeout * 2, 120_000));
        this.#stalledSince = undefined;
        return this.#flush();
      });
    };
    retry(FIRST_RETRANSMISSION_MS);
  }

  /** By the host, not by the process: what was sent is sent again, and the end of a connection arrives, whether or not its process lives. */
  #inKernel(at: number, run: () => void): void {
    runInLife(undefined, () => this.#simulation.at(at, run));
  }

  #transmit(segment: Segment): void {
    const { now } = this.#simulation;
    const departs = Math.max(now, segment.kind === 'data' ? (segment.departs ?? now) : now);
    const bytesPerMs = segment.kind === 'data' ? this.#link.bytesPerMs() : undefined;
    if (segment.kind === 'data' && bytesPerMs === undefined && this.#lastSent?.departs === departs) {
      // Leaves at the same instant as what is still under way: one packet carries both.
      this.#lastSent.chunks.push(segment.chunk);
      return;
    }
    const sent = bytesPerMs === undefined ? departs : this.#pressedThrough(segment, departs, bytesPerMs);
    const late = segment.kind === 'control' && segment.name === 'fin' ? this.#link.closesLate() : 0;
    const arrival = Math.max(this.#lastArrival, sent + this.#link.delay()) + late;
    this.#lastArrival = arrival;
    if (segment.kind === 'control') {
      this.#lastSent = undefined;
      this.#inKernel(arrival, () => {
        if (!this.closed) segment.run();
      });
      return;
    }
    this.#link.countMessage();
    const packet: Packet = { departs, chunks: [segment.chunk], lost: false };
    this.#lastSent = packet;
    this.#simulation.at(arrival, () => this.#arrived(packet), this.#ends.receiver());
  }

  /** Instant at which the last byte has left, after those before it. */
  #pressedThrough(segment: Segment, departs: number, bytesPerMs: number): number {
    const bytes = segment.kind === 'data' ? segment.chunk.length : 0;
    this.#busyUntil = Math.max(this.#busyUntil, departs) + bytes / bytesPerMs;
    return this.#busyUntil;
  }

  #arrived(packet: Packet): void {
    if (this.#lastSent === packet) this.#lastSent = undefined;
    const chunk = packet.chunks.length === 1 ? (packet.chunks[0] as Buffer) : Buffer.concat(packet.chunks);
    this.inFlight -= chunk.length;
    if (this.closed || packet.lost) return;
    this.#link.counts.bytes += chunk.length;
    this.#simulation.record(`data ${this.#label}`);
    this.#ends.deliver(chunk);
  }
}

/** Data under way together. */
interface Packet {
  readonly departs: number;
  readonly chunks: Buffer[];
  /** Its sender died before it left. */
  lost: boolean;
}
