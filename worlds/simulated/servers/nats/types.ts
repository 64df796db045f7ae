/** A timer that was set. */
export interface Timer {
  cancel(): void;
}

/** What one node takes from the machine that it runs on; all of it ends with the machine's process. */
export interface NatsHost {
  /** Wall clock, ms since 1970, fractional. */
  now(): number;
  after(delayMs: number, run: () => void): Timer;
  /** In [0, 1). */
  random(): number;
  /** Does something at once in the name of this machine's process. */
  enter(work: () => void): void;
}

/** What the cluster as a whole takes from the world: it outlives each node. */
export interface ClusterHost extends Omit<NatsHost, 'enter'> {
  /** One-way delay of the next message from one node to another, ms; undefined while their link loses messages. */
  delay(from: string, to: string): number | undefined;
}

/** A message as it travels: payload and header block are the bytes that the publisher sent. */
export interface Message {
  readonly subject: string;
  readonly reply?: string | undefined;
  /** `NATS/1.0\r\nKey: value\r\n\r\n`. */
  readonly headers?: Buffer | undefined;
  readonly payload: Buffer;
}

export const EMPTY = Buffer.alloc(0);

/** Version that INFO announces: the one whose behaviour the differential tests compare. */
export const VERSION = '2.15.2';
export const MAX_PAYLOAD = 1_048_576;
