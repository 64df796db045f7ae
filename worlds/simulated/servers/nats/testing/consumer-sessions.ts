import { AckPolicy, DeliverPolicy, jetstream, jetstreamManager } from '@nats-io/jetstream';
import type { Session } from './transcript.ts';

const MS = 1e6;
const text = (data: Uint8Array): string => new TextDecoder().decode(data);

/** What clients do with consumers, by name: each runs against an empty server. */
export const consumerSessions: Readonly<Record<string, (session: Session) => Promise<void>>> = {
  async 'consumers are made, changed, listed and refused'(session) {
    await prepare(session, 3);
    const create = async (name: string, config: object, action?: string): Promise<unknown> =>
      session.api(`CONSUMER.CREATE.S.${name}`, {
        stream_name: 'S',
        config: { name, ...config },
        ...(action ? { action } : {}),
      });
    const durable = { durable_name: 'C', ack_policy: 'explicit' };
    await create('C', { ...durable, max_deliver: 3 }, 'create');
    await create('C', { ...durable, max_deliver: 3 }, 'create');
    await create('C', { ...durable, max_deliver: 4 }, 'create');
    await create('C', { ...durable, max_deliver: 4 }, 'update');
    await create('C', { ...durable, ack_policy: 'none' }, 'update');
    await create('C', { ...durable, deliver_subject: 'push' });
    await create('D', { durable_name: 'D', ack_policy: 'explicit' }, 'update');
    await create('D', { durable_name: 'E', ack_policy: 'explicit' });
    await create('D', { ack_policy: 'explicit', deliver_policy: 'by_start_sequence' });
    await create('D', { ack_policy: 'explicit', opt_start_seq: 2 });
    await create('D', { ack_policy: 'explicit', backoff: [MS, MS, MS], max_deliver: 2 });
    await create('D', { ack_policy: 'explicit', idle_heartbeat: MS });
    await create('D', { ack_policy: 'explicit', deliver_subject: 'a.*' });
    await create('D', { ack_policy: 'explicit', deliver_subject: 's.a' });
    await create('D', { ack_policy: 'explicit', deliver_subject: 'x', flow_control: true });
    await create('D', { ack_policy: 'explicit', filter_subject: 's.a', filter_subjects: ['s.b'] });
    await create('D', { ack_policy: 'explicit', filter_subjects: ['s.*', 's.b'] });
    await create('D', { ack_policy: 'explicit', num_replicas: 5 });
    await create('B', { durable_name: 'B', ack_policy: 'explicit', backoff: [1000 * MS, 2000 * MS], max_deliver: 5 });
    await create('P', { durable_name: 'P', ack_policy: 'none', deliver_subject: 'push', deliver_group: 'g' });
    await session.api('CONSUMER.CREATE.S.F.s.b', {
      stream_name: 'S',
      config: { name: 'F', filter_subject: 's.b', ack_policy: 'explicit' },
    });
    await session.api('CONSUMER.CREATE.S.G.s.b', {
      stream_name: 'S',
      config: { name: 'G', filter_subject: 's.a', ack_policy: 'explicit' },
    });
    await session.api('CONSUMER.CREATE.S', { stream_name: 'S', config: { durable_name: 'H', ack_policy: 'explicit' } });
    await session.api('CONSUMER.CREATE.S', { stream_name: 'T', config: { ack_policy: 'explicit' } });
    await session.api('CONSUMER.CREATE.T', { stream_name: 'T', config: { ack_policy: 'explicit' } });
    await session.api('CONSUMER.DURABLE.CREATE.S.H', {
      stream_name: 'S',
      config: { durable_name: 'H', ack_policy: 'all' },
    });
    for (const policy of ['last', 'new']) {
      await create(`L${policy}`, { ack_policy: 'explicit', deliver_policy: policy });
    }
    await create('LS', { ack_policy: 'explicit', deliver_policy: 'last_per_subject', filter_subject: 's.>' });
    await create('SQ', { ack_policy: 'explicit', deliver_policy: 'by_start_sequence', opt_start_seq: 2 });
    await session.api('CONSUMER.NAMES.S');
    await session.api('CONSUMER.INFO.S.C');
    await session.api('CONSUMER.INFO.S.NOPE');
    await session.api('CONSUMER.INFO.NOPE.C');
    await session.api('CONSUMER.DELETE.S.C');
    await session.api('CONSUMER.DELETE.S.C');
  },

  async 'a pull consumer gives what is asked for'(session) {
    await prepare(session, 5);
    const next = await puller(session, { max_waiting: 3, max_ack_pending: 4, ack_wait: 60_000 * MS });
    next({ batch: 2 });
    await session.wait(60);
    next({ batch: 5, no_wait: true });
    await session.wait(60);
    next({ batch: 1, no_wait: true });
    await session.wait(60);
    next({ batch: 1, expires: 200 * MS });
    await session.wait(400);
    next({ batch: 1, expires: 1000 * MS, idle_heartbeat: 800 * MS });
    next({ batch: 1, expires: 700 * MS, idle_heartbeat: 200 * MS });
    await session.wait(900);
    session.publish('$JS.ACK.S.C.1.1.1.1.1', '+ACK');
    session.publish('$JS.ACK.S.C.1.3.3.1.1', '+ACK');
    next({ batch: 3, expires: 300 * MS });
    await session.wait(500);
    await session.api('CONSUMER.INFO.S.C');
    for (const _ of [1, 2, 3, 4]) next({ batch: 1, expires: 500 * MS });
    await session.wait(700);
    next({ batch: 1, max_bytes: 5, expires: 100 * MS });
    await session.wait(200);
    session.publish('$JS.API.CONSUMER.MSG.NEXT.S.NOPE', '{}', 'in');
    session.publish('$JS.API.CONSUMER.MSG.NEXT.S.C', '{"batch":', 'in');
    await session.wait(60);
    next({ batch: 4, expires: 5000 * MS });
    await session.wait(60);
    await session.ask('s.a', 'late');
    await session.wait(60);
    await session.api('CONSUMER.DELETE.S.C');
    await session.wait(60);
  },

  async 'what is not acknowledged comes again'(session) {
    await prepare(session, 3);
    const next = await puller(session, { ack_wait: 400 * MS, max_deliver: 3 });
    session.listen('$JS.EVENT.ADVISORY.CONSUMER.MAX_DELIVERIES.>');
    next({ batch: 20, expires: 4000 * MS });
    await session.wait(100);
    session.publish('$JS.ACK.S.C.1.2.2.1.1', '+ACK');
    await session.wait(450);
    await session.api('CONSUMER.INFO.S.C');
    await session.wait(900);
    await session.api('CONSUMER.INFO.S.C');
    await session.ask('s.a', 'another');
    await session.wait(100);
    session.publish('$JS.ACK.S.C.1.4.7.1.1', '+ACK');
    await session.wait(100);
    await session.api('CONSUMER.INFO.S.C');
  },

  async 'nak, nak with a delay, in progress, term, ack and next, confirmed acks'(session) {
    await prepare(session, 6);
    const next = await puller(session, { ack_wait: 1000 * MS });
    next({ batch: 6, expires: 5000 * MS });
    await session.wait(100);
    next({ batch: 20, expires: 5000 * MS });
    session.publish('$JS.ACK.S.C.1.1.1.1.1', '-NAK');
    session.publish('$JS.ACK.S.C.1.2.2.1.1', '-NAK {"delay":300000000}');
    session.publish('$JS.ACK.S.C.1.3.3.1.1', '+TERM not mine');
    await session.ask('$JS.ACK.S.C.1.4.4.1.1', '+ACK');
    await session.ask('$JS.ACK.S.C.1.4.4.1.1', '+ACK');
    await session.wait(100);
    await session.api('CONSUMER.INFO.S.C');
    await session.wait(400);
    session.publish('$JS.ACK.S.C.1.5.5.1.1', '+WPI');
    session.publish('$JS.ACK.S.C.2.1.7.1.1', '+ACK');
    session.publish('$JS.ACK.S.C.2.2.8.1.1', '+ACK');
    await session.wait(650);
    await session.api('CONSUMER.INFO.S.C');
    await session.wait(450);
    session.publish('$JS.ACK.S.C.2.5.10.1.1', '+NXT {"batch":1,"no_wait":true}', 'in');
    await session.wait(100);
    await session.ask('$JS.ACK.S.NOPE.1.4.4.1.1', '+ACK');
    await session.api('CONSUMER.INFO.S.C');
  },

  async 'waits grow with back-off'(session) {
    await prepare(session, 1);
    const next = await puller(session, { backoff: [200 * MS, 500 * MS], max_deliver: 4 });
    next({ batch: 20, expires: 9000 * MS });
    for (const ms of [100, 250, 300, 300, 500, 500]) {
      await session.wait(ms);
      await session.api('CONSUMER.INFO.S.C');
    }
  },

  async 'a push consumer delivers to who listens'(session) {
    await prepare(session, 3);
    const config = {
      durable_name: 'P',
      ack_policy: 'explicit',
      deliver_subject: 'push',
      idle_heartbeat: 300 * MS,
      ack_wait: 500 * MS,
    };
    await session.api('CONSUMER.CREATE.S.P', { stream_name: 'S', config });
    await session.wait(100);
    await session.api('CONSUMER.INFO.S.P');
    session.listen('push');
    await session.wait(200);
    for (const number of [1, 2, 3]) session.publish(`$JS.ACK.S.P.1.${number}.${number}.1.1`, '+ACK');
    await session.wait(250);
    await session.api('CONSUMER.INFO.S.P');
    await session.ask('s.a', 'more');
    await session.wait(50);
    session.publish('$JS.ACK.S.P.1.4.4.1.1', '+ACK');
    await session.wait(50);
    session.publish('$JS.API.CONSUMER.MSG.NEXT.S.P', '', 'in');
    await session.wait(20);
  },

  async 'filters, last per subject, headers only, ack all'(session) {
    await prepare(session, 6);
    session.listen('in');
    const make = async (name: string, config: object): Promise<void> => {
      await session.api(`CONSUMER.CREATE.S.${name}`, {
        stream_name: 'S',
        config: { name, ack_policy: 'explicit', ...config },
      });
      session.publish(`$JS.API.CONSUMER.MSG.NEXT.S.${name}`, JSON.stringify({ batch: 10, expires: 150 * MS }), 'in');
      await session.wait(300);
      await session.api(`CONSUMER.INFO.S.${name}`);
    };
    await make('F', { filter_subject: 's.b' });
    await make('M', { filter_subjects: ['s.a', 's.c'] });
    await make('L', { deliver_policy: 'last_per_subject', filter_subject: 's.>' });
    await make('H', { headers_only: true, deliver_policy: 'last' });
    await make('A', { ack_policy: 'all' });
    session.publish('$JS.ACK.S.A.1.3.3.1.1', '+ACK');
    await session.wait(50);
    await session.api('CONSUMER.INFO.S.A');
    await make('N', { ack_policy: 'none' });
  },

  async 'work queues and interest keep messages until they are done'(session) {
    const num_replicas = session.replicas;
    await session.api('STREAM.CREATE.Q', { name: 'Q', subjects: ['q.*'], retention: 'workqueue', num_replicas });
    for (const subject of ['q.a', 'q.b', 'q.a']) await session.ask(subject, subject);
    const config = { durable_name: 'W', name: 'W', ack_policy: 'explicit' };
    await session.api('CONSUMER.CREATE.Q.W', { stream_name: 'Q', config });
    await session.api('CONSUMER.CREATE.Q.V', { stream_name: 'Q', config: { ...config, durable_name: 'V', name: 'V' } });
    await session.api('CONSUMER.CREATE.Q.U', { stream_name: 'Q', config: { name: 'U', ack_policy: 'none' } });
    session.listen('in');
    session.publish('$JS.API.CONSUMER.MSG.NEXT.Q.W', '{"batch":2}', 'in');
    await session.wait(100);
    session.publish('$JS.ACK.Q.W.1.1.1.1.1', '+ACK');
    session.publish('$JS.ACK.Q.W.1.2.2.1.1', '+TERM');
    await session.wait(200);
    await session.api('STREAM.INFO.Q');
    await session.api('STREAM.CREATE.I', { name: 'I', subjects: ['i'], retention: 'interest', num_replicas });
    await session.ask('i', 'nobody is interested');
    await session.api('STREAM.INFO.I');
    await session.api('STREAM.CREATE.J', { name: 'J', subjects: ['j'], retention: 'interest', num_replicas });
    await session.api('CONSUMER.CREATE.J.W', { stream_name: 'J', config });
    await session.ask('j', 'somebody is');
    await session.api('STREAM.INFO.J');
    session.publish('$JS.API.CONSUMER.MSG.NEXT.J.W', '{"batch":2}', 'in');
    await session.wait(100);
    session.publish('$JS.ACK.J.W.1.1.1.1.1', '+ACK');
    await session.wait(200);
    await session.api('STREAM.INFO.J');
  },

  async 'the JetStream client publishes and consumes'(session) {
    const manager = await jetstreamManager(session.connection);
    await manager.streams.add({ name: 'J', subjects: ['j.>'], num_replicas: session.replicas });
    await manager.consumers.add('J', { durable_name: 'mine', ack_policy: AckPolicy.Explicit, ack_wait: 500 * MS });
    const client = jetstream(session.connection);
    for (const number of [1, 2, 3])
      session.note('published', await client.publish('j.a', String(number), { msgID: `m${number}` }));
    session.note('again', await client.publish('j.a', '3', { msgID: 'm3' }));
    const consumer = await client.consumers.get('J', 'mine');
    const batch = await consumer.fetch({ max_messages: 2, expires: 1000 });
    for await (const message of batch) {
      session.note('fetched', message.subject, message.string(), message.info.streamSequence, message.info.pending);
      message.ack();
    }
    const messages = await consumer.consume({ max_messages: 10, expires: 2000 });
    let seen = 0;
    for await (const message of messages) {
      session.note('consumed', message.string(), message.info.deliveryCount);
      if (message.info.deliveryCount === 1) message.nak();
      else session.note('confirmed', await message.ackAck());
      if ((seen += 1) === 2) break;
    }
    const ordered = await client.consumers.get('J', { deliver_policy: DeliverPolicy.All });
    const all = await ordered.fetch({ max_messages: 3, expires: 1000 });
    for await (const message of all) session.note('in order', message.seq, message.string());
    session.note(await manager.streams.getMessage('J', { seq: 2 }).then((message) => text(message!.data)));
    session.note(await manager.consumers.delete('J', 'mine'));
    session.note(await client.consumers.get('J', 'mine').catch((error: Error) => `${error.name} ${error.message}`));
    session.note(await manager.streams.delete('J'));
    session.note(await client.publish('j.a', 'x').catch((error: Error) => `${error.name} ${error.message}`));
  },

  async 'an ordered push consumer goes through the stream'(session) {
    await prepare(session, 4);
    const client = jetstream(session.connection);
    const consumer = await client.consumers.getPushConsumer('S', { deliver_policy: DeliverPolicy.All });
    const messages = await consumer.consume();
    let seen = 0;
    for await (const message of messages) {
      session.note('pushed', message.seq, message.subject, message.info.deliverySequence, message.info.pending);
      if ((seen += 1) === 4) break;
    }
  },
};
async function prepare(session: Session, messages: number): Promise<void> {
  await session.api('STREAM.CREATE.S', { name: 'S', subjects: ['s.>'], num_replicas: session.replicas });
  for (let number = 0; number < messages; number += 1)
    await session.ask(`s.${'abc'[number % 3]}`, `message ${number + 1}`, { Number: String(number + 1) });
  // The followers of a real cluster, of which one will lead the consumer, have the messages a moment later.
  if (session.replicas > 1) await session.wait(200);
}

/** A durable pull consumer `C` whose messages come to `in`. */
async function puller(session: Session, config: object): Promise<(request: object) => void> {
  session.listen('in');
  await session.api('CONSUMER.CREATE.S.C', {
    stream_name: 'S',
    config: { durable_name: 'C', name: 'C', ack_policy: 'explicit', ...config },
  });
  return (request) => session.publish('$JS.API.CONSUMER.MSG.NEXT.S.C', JSON.stringify(request), 'in');
}
