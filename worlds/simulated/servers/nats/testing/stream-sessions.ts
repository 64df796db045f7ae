import type { Session } from './transcript.ts';

const MS = 1e6;

/** What clients do without consumers, by name: each runs against an empty server. */
export const streamSessions: Readonly<Record<string, (session: Session) => Promise<void>>> = {
  async 'requests without a responder, with one, and with queues'(session) {
    await session.ask('nobody', 'x');
    session.connection.subscribe('echo.*', {
      callback: (_error, message) => void message.respond(`${message.subject} ${message.string()}`),
    });
    await session.ask('echo.a', 'one');
    await session.ask('echo.a.b', 'two');
    session.listen('work', 'q');
    session.listen('work', 'q');
    session.listen('work');
    session.listen('work.>');
    session.publish('work', 'once to the group and once to all');
    session.publish('work.more', 'wild');
    await session.wait(50);
    const limited = session.connection.subscribe('few', {
      max: 2,
      callback: (_e, m) => session.note('few', m.string()),
    });
    for (const number of [1, 2, 3]) session.publish('few', String(number));
    await session.wait(50);
    session.note('closed', limited.isClosed());
  },

  async 'streams are made, changed, listed and refused'(session) {
    const num_replicas = session.replicas;
    await session.api('INFO');
    await session.api('STREAM.INFO.NONE');
    await session.api('STREAM.CREATE.S', { name: 'S', subjects: ['s.>'], num_replicas });
    await session.api('STREAM.CREATE.S', { name: 'S', subjects: ['s.>'], num_replicas });
    await session.api('STREAM.CREATE.S', { name: 'S', subjects: ['t.>'], num_replicas });
    await session.api('STREAM.CREATE.T', { name: 'T', subjects: ['s.a'], num_replicas });
    await session.api('STREAM.CREATE.T', { name: 'U', subjects: ['u'], num_replicas });
    await session.api('STREAM.CREATE.A*', { name: 'A*', num_replicas });
    await session.api('STREAM.CREATE.V', { name: 'V', max_age: 1000, num_replicas });
    await session.api('STREAM.CREATE.V', { name: 'V', max_age: 5000 * MS, duplicate_window: 9000 * MS, num_replicas });
    await session.api('STREAM.CREATE.W', { name: 'W', subjects: ['w', 'w'], num_replicas });
    await session.api('STREAM.CREATE.M', { name: 'M', storage: 'memory', max_age: 5000 * MS, num_replicas });
    await session.api('STREAM.UPDATE.M', { name: 'M', storage: 'file', max_age: 5000 * MS, num_replicas });
    await session.api('STREAM.UPDATE.M', { name: 'M', storage: 'memory', retention: 'workqueue', num_replicas });
    await session.api('STREAM.UPDATE.M', {
      name: 'M',
      storage: 'memory',
      max_msgs: 5,
      description: 'five',
      num_replicas,
    });
    await session.api('STREAM.UPDATE.N', { name: 'N', num_replicas });
    await session.api('STREAM.NAMES', { subject: 's.x' });
    await session.api('STREAM.NAMES', { subject: 'nothing' });
    await session.api('STREAM.NAMES');
    await session.api('STREAM.DELETE.M');
    await session.api('STREAM.DELETE.M');
    await session.api('STREAM.CREATE.R', { name: 'R', num_replicas: 9 });
  },

  async 'publications are numbered, deduplicated and checked'(session) {
    await session.api('STREAM.CREATE.S', {
      name: 'S',
      subjects: ['s.>'],
      num_replicas: session.replicas,
      duplicate_window: 400 * MS,
    });
    await session.ask('s.a', 'one', { 'Nats-Msg-Id': 'a' });
    await session.ask('s.a', 'one again', { 'Nats-Msg-Id': 'a' });
    await session.ask('s.b', 'two');
    await session.ask('s.b', 'x', { 'Nats-Expected-Last-Sequence': '7' });
    await session.ask('s.b', 'three', { 'Nats-Expected-Last-Sequence': '2' });
    await session.ask('s.b', 'x', { 'Nats-Expected-Stream': 'Q' });
    await session.ask('s.b', 'x', { 'Nats-Expected-Last-Subject-Sequence': '1' });
    await session.ask('s.b', 'four', { 'Nats-Expected-Last-Subject-Sequence': '3' });
    // In a cluster 2.15.2 answers this with an error and then loses the stream until its servers are started again.
    if (session.replicas === 1) await session.ask('s.b', 'x', { 'Nats-Expected-Last-Msg-Id': 'zzz' });
    await session.wait(500);
    await session.ask('s.a', 'one after the window', { 'Nats-Msg-Id': 'a' });
    await session.ask('t.a', 'nobody');
    await session.api('STREAM.INFO.S', { subjects_filter: '>' });
    await session.api('STREAM.MSG.GET.S', { seq: 1 });
    await session.api('STREAM.MSG.GET.S', { seq: 99 });
    await session.api('STREAM.MSG.GET.S', { last_by_subj: 's.b' });
    await session.api('STREAM.MSG.GET.S', { seq: 2, next_by_subj: 's.a' });
    await session.api('STREAM.MSG.GET.S');
    await session.api('STREAM.MSG.DELETE.S', { seq: 2 });
    await session.api('STREAM.MSG.DELETE.S', { seq: 2 });
    await session.api('STREAM.INFO.S', { deleted_details: true });
    await session.api('STREAM.PURGE.S', { filter: 's.a' });
    await session.api('STREAM.INFO.S');
    await session.api('STREAM.PURGE.S', { keep: 1 });
    await session.api('STREAM.PURGE.S', { seq: 2, keep: 1 });
    await session.api('STREAM.PURGE.S');
    await session.api('STREAM.INFO.S');
  },

  async 'limits drop the oldest, or refuse the newest'(session) {
    const num_replicas = session.replicas;
    await session.api('STREAM.CREATE.O', {
      name: 'O',
      subjects: ['o.*'],
      max_msgs: 3,
      max_msgs_per_subject: 2,
      num_replicas,
    });
    for (const subject of ['o.a', 'o.a', 'o.a', 'o.b', 'o.b', 'o.c']) await session.ask(subject, subject);
    await session.api('STREAM.INFO.O', { subjects_filter: '>', deleted_details: true });
    await session.api('STREAM.CREATE.N', { name: 'N', subjects: ['n.*'], max_msgs: 2, discard: 'new', num_replicas });
    for (const subject of ['n.a', 'n.a', 'n.a']) await session.ask(subject, subject);
    await session.api('STREAM.CREATE.Z', {
      name: 'Z',
      subjects: ['z'],
      max_msg_size: 10,
      max_bytes: 100,
      num_replicas,
    });
    for (const size of [5, 11, 9, 9, 9]) await session.ask('z', 'x'.repeat(size));
    await session.api('STREAM.INFO.Z');
    await session.api('STREAM.CREATE.A', { name: 'A', subjects: ['a'], max_age: 300 * MS, num_replicas });
    await session.ask('a', 'short');
    await session.wait(900);
    await session.api('STREAM.INFO.A');
    await session.api('STREAM.CREATE.K', { name: 'K', subjects: ['k.*'], allow_rollup_hdrs: true, num_replicas });
    for (const subject of ['k.a', 'k.b', 'k.a']) await session.ask(subject, subject);
    await session.ask('k.a', 'only', { 'Nats-Rollup': 'sub' });
    await session.api('STREAM.INFO.K', { subjects_filter: '>' });
    await session.ask('k.c', 'only', { 'Nats-Rollup': 'all' });
    await session.api('STREAM.INFO.K', { subjects_filter: '>' });
  },

  async 'messages are got directly'(session) {
    await session.api('STREAM.CREATE.D', {
      name: 'D',
      subjects: ['d.*'],
      allow_direct: true,
      num_replicas: session.replicas,
    });
    for (const subject of ['d.a', 'd.b', 'd.a']) await session.ask(subject, subject, { Mine: subject });
    await session.wait(300);
    await session.ask('$JS.API.DIRECT.GET.D', '{"seq":1}');
    await session.ask('$JS.API.DIRECT.GET.D', '{"seq":9}');
    await session.ask('$JS.API.DIRECT.GET.D', '{"last_by_subj":"d.a"}');
    await session.ask('$JS.API.DIRECT.GET.D.d.b');
    await session.ask('$JS.API.DIRECT.GET.D', '{"seq":2,"next_by_subj":"d.a"}');
    await session.ask('$JS.API.DIRECT.GET.D', '{}');
    await session.ask('$JS.API.DIRECT.GET.D', '');
    session.listen('batch');
    session.publish('$JS.API.DIRECT.GET.D', '{"batch":5,"seq":1}', 'batch');
    await session.wait(100);
  },
};
