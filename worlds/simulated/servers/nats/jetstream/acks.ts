import type { Message } from '../types.ts';
import type { Consumer } from './consumer.ts';

/** Applies a client's word about a message: ack, nak, in progress, term, or ack and next. */
export function acknowledge(consumer: Consumer, { subject, reply, payload }: Message): void {
  const [, , , , , sequenceText = '', deliveryText = ''] = subject.split('.');
  const [sequence, delivery] = [Number(sequenceText), Number(deliveryText)];
  const word = payload.toString();
  const { redelivery, stream, state } = consumer;
  const end = (): void => {
    state.lastAckAt = consumer.leader?.host.now();
    if (sequence >= state.streamSequence) return;
    const ended = consumer.config.ack_policy === 'all' ? redelivery.acknowledgeAll(sequence, delivery) : [];
    if (consumer.config.ack_policy === 'explicit') redelivery.acknowledge(sequence);
    for (const other of new Set([...ended, sequence])) stream.done(other);
  };
  if (word === '' || word === '+ACK' || word === '+OK') {
    end();
    consumer.confirm(reply);
  } else if (word.startsWith('+NXT')) {
    end();
    if (reply !== undefined) consumer.next(reply, payload.subarray(4));
  } else if (word.startsWith('-NAK')) {
    if (delivery > state.ackFloorDelivery && delivery < state.deliverySequence)
      redelivery.refuse(sequence, delayOf(word.slice(4).trim()));
    consumer.confirm(reply);
  } else if (word === '+WPI') {
    redelivery.progress(sequence);
    consumer.confirm(reply);
  } else if (word.startsWith('+TERM')) {
    end();
    consumer.confirm(reply);
    consumer.advise(`$JS.EVENT.ADVISORY.CONSUMER.MSG_TERMINATED.${stream.name}.${consumer.name}`, 'terminated', {
      consumer_seq: delivery,
      stream_seq: sequence,
      deliveries: Number(subject.split('.')[4]),
      ...(word.length > 5 ? { reason: word.slice(5).trim() } : {}),
    });
  } else consumer.confirm(reply);
  consumer.pump();
}

const UNITS: Readonly<Record<string, number>> = {
  ns: 1e-6,
  us: 1e-3,
  µs: 1e-3,
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
};

/** ms of `{"delay":<ns>}` or of a Go duration such as `1m30s`. */
function delayOf(text: string): number | undefined {
  if (text === '') return undefined;
  if (text.startsWith('{')) {
    try {
      return ((JSON.parse(text) as { delay?: number }).delay ?? 0) / 1e6;
    } catch {
      return undefined;
    }
  }
  if (!/^(\d+(\.\d+)?(ns|us|µs|ms|s|m|h))+$/.test(text)) return undefined;
  let sum = 0;
  for (const [, value, unit = ''] of text.matchAll(/(\d+(?:\.\d+)?)(ns|us|µs|ms|s|m|h)/g))
    sum += Number(value) * UNITS[unit]!;
  return sum;
}
