import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { check, edn, etcd, numbering } from './testing/written.ts';

/** A part of Porcupine's recorded histories, and all of them where somebody has laid them beside the clone. */
const PART = ['a part', resolve(import.meta.dirname, 'testing/histories'), 10] as const;
const ALL = ['all', resolve(import.meta.dirname, '../../../shared/data/histories'), 50] as const;
const RECORDED = existsSync(ALL[1]) ? [PART, ALL] : [PART];

describe.each(RECORDED)('the recorded histories have the verdicts that are known: %s of them', (_, recorded, etcds) => {
  test('of etcd', () => {
    const folder = join(recorded, 'etcd');
    const known = readFileSync(join(folder, 'VERDICTS'), 'utf8').trim().split('\n');
    expect(known).toHaveLength(etcds);
    const found = known.map((line) => {
      const [file = ''] = line.split(' ');
      return `${file} ${check(readFileSync(join(folder, file), 'utf8'), 'cas-register').verdict === 'ok'}`;
    });
    expect(found).toEqual(known);
  });

  test('of the key-value store', () => {
    const folder = join(recorded, 'kv');
    const files = readdirSync(folder);
    expect(files.length).toBeGreaterThanOrEqual(2);
    for (const file of files)
      expect([file, check(readFileSync(join(folder, file), 'utf8'), 'kv').verdict]).toEqual([
        file,
        file.includes('-ok') ? 'ok' : 'illegal',
      ]);
  });
});

const ACCEPTED: readonly (readonly [model: string, what: string, text: string])[] = [
  ['cas-register', 'a nil read before any write', etcd('0 invoke read nil', '0 ok read nil')],
  ['cas-register', 'a mismatch of what is there', etcd('0 invoke cas [1 2]', '0 fail cas [1 2]')],
  [
    'cas-register',
    'a lost write that a later read saw',
    etcd(
      '0 invoke write 3',
      '0 info write :timed-out',
      '1 invoke read nil',
      '1 ok read nil',
      '2 invoke read nil',
      '2 ok read 3',
    ),
  ],
  [
    'cas-register',
    'a lost write that nobody saw',
    etcd('0 invoke write 3', '0 info write :timed-out', '1 invoke read nil', '1 ok read nil'),
  ],
  ['cas-register', 'a refused write', etcd('0 invoke write 3', '0 fail write 3', '1 invoke read nil', '1 ok read nil')],
  ['cas-register', 'an invocation without an end', etcd('0 invoke write 3', '1 invoke read nil', '1 ok read 3')],
  [
    'cas-register',
    'the nemesis and other remarks',
    `INFO  jepsen.core - Worker 1 starting\n${etcd(':nemesis info start nil', '0 invoke read nil', '0 ok read nil')}`,
  ],
  [
    'cas-register',
    'a refused cas of Jepsen, which did not happen',
    edn('0 invoke write 1', '0 ok write 1', '0 invoke cas [1 2]', '0 fail cas [1 2]', '0 invoke read', '0 ok read 1'),
  ],
  [
    'register',
    'a write under way that a read sees and the next does not miss',
    edn('0 invoke write 1', '1 invoke read', '1 ok read 1', '1 invoke read', '1 ok read 1', '0 ok write 1'),
  ],
  [
    'register',
    'keys that are independent',
    edn('0 invoke write [:a 1]', '0 ok write [:a 1]', '1 invoke read [:b nil]', '1 ok read [:b nil]'),
  ],
  [
    'register',
    'a vector of tagged maps',
    '[#jepsen.history.Op{:index 0, :time 1, :process 0, :type :invoke, :f :write, :value 1} #jepsen.history.Op{:process 0 :type :ok :f :write :value 1}]',
  ],
  [
    'register',
    'commas, comments and discarded values',
    '; a history\n{:process 0,,,:type :invoke,:f :read #_ #_ :a 1 :value nil}\n{:process 0 :type :ok :f :read :value nil}',
  ],
  [
    'multi-register',
    'a transaction that sees its own write',
    edn('0 invoke txn [[:w :x 1] [:r :x nil]]', '0 ok txn [[:w :x 1] [:r :x 1]]'),
  ],
  [
    'multi-register',
    'maps',
    edn('0 invoke write {:x 1 :y 2}', '0 ok write {:x 1 :y 2}', '0 invoke read', '0 ok read {:y 2}'),
  ],
  [
    'kv',
    'pairs of key and value',
    edn('0 invoke append ["k" "a"]', '0 ok append ["k" "a"]', '0 invoke get ["k" nil]', '0 ok get ["k" "a"]'),
  ],
  [
    'mutex',
    'one after the other',
    edn('0 invoke acquire', '0 ok acquire', '0 invoke release', '1 invoke acquire', '1 ok acquire', '0 ok release'),
  ],
  [
    'queue',
    'first in, first out, then empty',
    edn(
      '0 invoke enqueue 1',
      '0 ok enqueue 1',
      '0 invoke dequeue',
      '0 ok dequeue 1',
      '0 invoke dequeue',
      '0 ok dequeue nil',
    ),
  ],
  [
    'set',
    'members in any order',
    edn('0 invoke add 1', '0 ok add 1', '0 invoke add 2', '0 ok add 2', '0 invoke read', '0 ok read #{2 1}'),
  ],
  [
    'numbering-identifier',
    'a reservation that is over, and another tenant',
    numbering(
      ['reserve', 'a', 0, 10, { reservationId: 'r1', version: 2 }, { ttlMs: 1000 }],
      ['reserve', 'b', 1005, 1020, { reservationId: 'r2', version: 4 }, { ttlMs: 1000 }],
      ['assign', 'b', 1030, 1040, { leaseId: 'l1', version: 5 }, { reservationId: 'r2' }],
      ['recall', 'ops', 1050, 1060, { leaseId: 'l1', version: 6, tenantId: 'b' }, { leaseId: 'l1' }],
      ['reinstate', 'ops', 1070, 1080, { leaseId: 'l1', version: 7, tenantId: 'b' }, { leaseId: 'l1' }],
      ['release', 'b', 1090, 1100, { leaseId: 'l1', version: 8 }, { leaseId: 'l1' }],
    ),
  ],
  [
    'numbering-identifier',
    'a lost assign without which the release could not be',
    numbering(
      ['reserve', 'a', 0, 10, { reservationId: 'r1', version: 2 }, { ttlMs: 1000 }],
      ['assign', 'a', 20, 30, undefined, { reservationId: 'r1' }],
      ['release', 'a', 40, 50, { leaseId: 'l1', version: 4 }, { leaseId: 'l1' }],
    ),
  ],
];

const REFUSED: typeof ACCEPTED = [
  [
    'cas-register',
    'a nil read after a write',
    etcd('0 invoke write 1', '0 ok write 1', '0 invoke read nil', '0 ok read nil'),
  ],
  ['cas-register', 'a first value that nobody wrote', etcd('0 invoke read nil', '0 ok read 0')],
  [
    'cas-register',
    'a mismatch where there was none',
    etcd('0 invoke write 1', '0 ok write 1', '0 invoke cas [1 2]', '0 fail cas [1 2]'),
  ],
  [
    'cas-register',
    'a cas of what is not there',
    etcd('0 invoke write 3', '0 ok write 3', '0 invoke cas [1 2]', '0 ok cas [1 2]'),
  ],
  [
    'cas-register',
    'a lost write seen and gone again',
    etcd(
      '0 invoke write 3',
      '0 info write :timed-out',
      '1 invoke read nil',
      '1 ok read 3',
      '1 invoke read nil',
      '1 ok read nil',
    ),
  ],
  [
    'cas-register',
    'a refused write that was seen',
    etcd('0 invoke write 3', '0 fail write 3', '1 invoke read nil', '1 ok read 3'),
  ],
  [
    'cas-register',
    'a write before it was asked for',
    etcd('0 invoke read nil', '0 ok read 3', '1 invoke write 3', '1 info write :timed-out'),
  ],
  [
    'register',
    'a stale read',
    edn('0 invoke write 1', '0 ok write 1', '0 invoke write 2', '0 ok write 2', '1 invoke read', '1 ok read 1'),
  ],
  [
    'register',
    'a stale read of one key of two',
    edn('0 invoke write [:a 1]', '0 ok write [:a 1]', '1 invoke read [:a nil]', '1 ok read [:a nil]'),
  ],
  [
    'multi-register',
    'half of a transaction',
    edn(
      '0 invoke txn [[:w :x 1] [:w :y 1]]',
      '0 ok txn [[:w :x 1] [:w :y 1]]',
      '1 invoke txn [[:r :x nil] [:r :y nil]]',
      '1 ok txn [[:r :x 1] [:r :y nil]]',
    ),
  ],
  [
    'kv',
    'an append that got lost',
    edn('0 invoke append ["k" "a"]', '0 ok append ["k" "a"]', '0 invoke get ["k" nil]', '0 ok get ["k" ""]'),
  ],
  ['mutex', 'two holders', edn('0 invoke acquire', '0 ok acquire', '1 invoke acquire', '1 ok acquire')],
  [
    'queue',
    'the second before the first',
    edn(
      '0 invoke enqueue 1',
      '0 ok enqueue 1',
      '0 invoke enqueue 2',
      '0 ok enqueue 2',
      '0 invoke dequeue',
      '0 ok dequeue 2',
    ),
  ],
  [
    'queue',
    'empty while there is one',
    edn('0 invoke enqueue 1', '0 ok enqueue 1', '0 invoke dequeue', '0 ok dequeue nil'),
  ],
  ['set', 'a member lost', edn('0 invoke add 1', '0 ok add 1', '0 invoke read', '0 ok read #{}')],
  [
    'set',
    'two adds seen in two orders',
    edn(
      '0 invoke add 1',
      '1 invoke add 2',
      '2 invoke read',
      '2 ok read [1]',
      '2 invoke read',
      '2 ok read [2]',
      '0 ok add 1',
      '1 ok add 2',
    ),
  ],
  [
    'numbering-identifier',
    'two holders',
    numbering(['assign', 'a', 0, 10, { leaseId: 'l1' }], ['assign', 'b', 20, 30, { leaseId: 'l2' }]),
  ],
  [
    'numbering-identifier',
    'a reservation while another one lives',
    numbering(
      ['reserve', 'a', 0, 10, { reservationId: 'r1' }, { ttlMs: 1000 }],
      ['reserve', 'b', 20, 30, { reservationId: 'r2' }, { ttlMs: 1000 }],
    ),
  ],
  [
    'numbering-identifier',
    "an assign of another tenant's reservation",
    numbering(
      ['reserve', 'a', 0, 10, { reservationId: 'r1' }, { ttlMs: 1000 }],
      ['assign', 'b', 20, 30, { leaseId: 'l1' }, { reservationId: 'r1' }],
    ),
  ],
  [
    'numbering-identifier',
    'an assign of a reservation that is over',
    numbering(
      ['reserve', 'a', 0, 10, { reservationId: 'r1' }, { ttlMs: 1000 }],
      ['assign', 'a', 9000, 9010, { leaseId: 'l1' }, { reservationId: 'r1' }],
    ),
  ],
  [
    'numbering-identifier',
    'a reservation in the quarantine, by version or by time',
    numbering(
      ['assign', 'a', 0, 10, { leaseId: 'l1', version: 2 }],
      [
        'release',
        'a',
        20,
        30,
        { leaseId: 'l1', version: 3, quarantineUntil: '2026-01-05T09:00:00.000Z' },
        { leaseId: 'l1' },
      ],
      [
        'reserve',
        'b',
        40,
        50,
        { reservationId: 'r', version: 5, expiresAt: '2026-01-05T08:00:10.000Z' },
        { ttlMs: 10_000 },
      ],
    ),
  ],
  [
    'numbering-identifier',
    'a version that does not grow',
    numbering(
      ['assign', 'a', 0, 10, { leaseId: 'l1', version: 2 }],
      ['release', 'a', 20, 30, { leaseId: 'l1', version: 2 }, { leaseId: 'l1' }],
    ),
  ],
];

test.each(ACCEPTED)('%s accepts %s', (model, _, text) => {
  expect(check(text, model)).toMatchObject({ verdict: 'ok', model });
});

test.each(REFUSED)('%s refuses %s', (model, _, text) => {
  const { verdict, partitions } = check(text, model);
  expect(verdict).toBe('illegal');
  const stuck = partitions.find((part) => part.verdict === 'illegal')?.linearizations[0];
  expect(stuck?.refused.length).toBeGreaterThan(0);
});

test.each([
  ['cas-register', etcd('0 invoke read nil', '0 ok read nil')],
  ['register', edn('0 invoke read', '0 ok read')],
  ['cas-register', edn('0 invoke read', '0 ok read', '0 invoke cas [1 2]', '0 info cas [1 2]')],
  ['multi-register', edn('0 invoke txn []', '0 ok txn []')],
  [
    'kv',
    '{:process 0, :type :invoke, :f :get, :key "0", :value nil}\n{:process 0, :type :ok, :f :get, :key "0", :value ""}',
  ],
  ['numbering-identifier', numbering(['reserve', 'a', 0, 10, { reservationId: 'r1' }, { ttlMs: 1000 }])],
])('without a name %s is guessed', (model, text) => {
  expect(check(text)).toMatchObject({ verdict: 'ok', model });
});

test('what was refused leaves nothing to examine: unknown', () => {
  expect(check(edn('0 invoke write 1', '0 fail write 1'), 'register')).toMatchObject({
    verdict: 'unknown',
    why: 'nothing',
    aside: 1,
  });
});
