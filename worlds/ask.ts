import net from 'node:net';

/** One question over a connection of its own. */
export interface Question {
  readonly host: string;
  readonly port: number;
  readonly bytes: Buffer;
  /** Whether the reply, as far as it has come, is the right one. */
  readonly fits: (reply: Buffer) => boolean;
  readonly timeoutMs: number;
}

/** True when a fitting reply has come; false when it was refused, ended or took too long. */
export function ask({ host, port, bytes, fits, timeoutMs }: Question): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = net.connect({ host, port });
    let reply = Buffer.alloc(0);
    const end = (answer: boolean): void => {
      clearTimeout(timer);
      socket.destroy();
      resolve(answer);
    };
    const timer = setTimeout(() => end(false), timeoutMs);
    socket.on('connect', () => socket.write(bytes));
    socket.on('data', (chunk: Buffer) => {
      reply = Buffer.concat([reply, chunk]);
      if (fits(reply)) end(true);
    });
    socket.on('error', () => end(false));
    socket.on('close', () => end(false));
  });
}

/** Redis' health question and its answer. */
export const REDIS_PING: Pick<Question, 'bytes' | 'fits'> = {
  bytes: Buffer.from('PING\r\n'),
  fits: (reply) => reply.toString().startsWith('+PONG'),
};
