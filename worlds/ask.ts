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

/**
 * NATS' health question: a client that connects is answered, and JetStream has a meta leader that answers its API.
 * @param inbox a name of the asker's own: the answer comes to it through the cluster
 */
export function natsQuestion(inbox: string): Pick<Question, 'bytes' | 'fits'> {
  const options = JSON.stringify({ verbose: false, pedantic: false, lang: 'faultline', version: '1', headers: true });
  const subject = `_INBOX.health.${inbox}`;
  return {
    bytes: Buffer.from(`CONNECT ${options}\r\nSUB ${subject} 1\r\nPING\r\nPUB $JS.API.INFO ${subject} 0\r\n\r\n`),
    fits: (reply) => {
      const text = reply.toString();
      return text.includes('\r\nPONG\r\n') && text.includes('account_info_response') && !text.includes('"error"');
    },
  };
}
