import fc from 'fast-check';

/** One step: which connection sends which command. */
export interface Step {
  readonly client: number;
  readonly argv: readonly string[];
}

const key = fc.constantFrom('a', 'b', 'c', 'd');
const WORDS = ['', 'x', 'y', 'abc', '0', '1', '-1', '5', '10', '007', '+3', ' 4', '3.5', '-0.25', '1e3', 'inf', 'nan'];
const EXTREMES = ['9223372036854775807', '-9223372036854775808', '9223372036854775808', 'æ\0\r\n', '0.1', '1.10'];
const value = fc.constantFrom(...WORDS, ...EXTREMES);
const field = fc.constantFrom('f', 'g', 'h', '');
const member = fc.constantFrom('m', 'n', 'o', 'p', '1', '2');
const index = fc.constantFrom('0', '1', '-1', '2', '-2', '5', '-5', '100', '-100', 'x', '1.5');
const count = fc.constantFrom('0', '1', '2', '100', '-1', 'x');
const score = fc.constantFrom(
  '0',
  '1',
  '-1',
  '1.5',
  '0.1',
  '3',
  'inf',
  '-inf',
  'x',
  '1e300',
  '2e-7',
  '123456789.125',
  'nan',
);
const bound = fc.constantFrom('-inf', '+inf', '0', '(0', '1', '(1', '2', '(1.5', 'x', '(inf');
const lex = fc.constantFrom('-', '+', '[m', '(m', '[o', '(2', 'm');
const seconds = fc.constantFrom('100', '1000', '0', '-1', 'x', '9223372036854775807', '9223372036854776');
const timeout = fc.constantFrom('0', '0', '0', '100', '-1', 'x', '0.5e3');
const end = fc.constantFrom('LEFT', 'RIGHT', 'left', 'UP');
const pattern = fc.constantFrom('*', 'a', '[ab]', '[^a]', '?', 'a*', '[a-c]', '\\a', '[', '[b-a', '**b');
const type = fc.constantFrom('string', 'list', 'hash', 'zset', 'set', 'nonsense');

type Part = fc.Arbitrary<string> | fc.Arbitrary<readonly string[]> | string;

function row(...parts: Part[]): fc.Arbitrary<readonly string[]> {
  const arbitraries = parts.map((part) => (typeof part === 'string' ? fc.constant(part) : part));
  return fc.tuple(...arbitraries).map((words) => words.flat());
}

function some(item: fc.Arbitrary<string>, minLength = 1, maxLength = 3): fc.Arbitrary<readonly string[]> {
  return fc.array(item, { minLength, maxLength });
}

function somePairs(left: fc.Arbitrary<string>, right: fc.Arbitrary<string>): fc.Arbitrary<readonly string[]> {
  return fc.array(fc.tuple(left, right), { minLength: 1, maxLength: 3 }).map((pairs) => pairs.flat());
}

function options(...words: string[]): fc.Arbitrary<readonly string[]> {
  return fc.subarray(words, { maxLength: Math.min(2, words.length) });
}

/** Options that take a number, or nothing. */
function expiryOption(...words: string[]): fc.Arbitrary<readonly string[]> {
  return fc.oneof(fc.constant([]), fc.tuple(fc.constantFrom(...words), seconds));
}

const FAR = fc.constantFrom('32503680000', '1', '0', '-5', 'x', '9223372036854775807');
const FAR_MS = fc.constantFrom('32503680000000', '1', '0', '-5', 'x', '9223372036854775807');

const strings = [
  row('GET', key),
  row('SET', key, value),
  row('SET', key, value, options('NX', 'XX', 'GET', 'KEEPTTL', 'BAD'), expiryOption('EX', 'PX')),
  row('SET', key, value, expiryOption('EX', 'PX'), options('NX', 'XX', 'GET', 'KEEPTTL', 'EX')),
  row('SET', key, value, 'PXAT', fc.constantFrom('32503680000000', '0', 'x')),
  row('SETEX', key, seconds, value),
  row('PSETEX', key, fc.constantFrom('100000', '0', 'x'), value),
  row('SETNX', key, value),
  row('GETSET', key, value),
  row('GETDEL', key),
  row('GETEX', key),
  row('GETEX', key, fc.constantFrom('PERSIST', 'EX', 'BAD')),
  row('GETEX', key, expiryOption('EX', 'PX', 'PERSIST')),
  row('GETEX', key, 'EXAT', FAR),
  row('GETEX', key, 'PXAT', FAR_MS, options('PERSIST')),
  row('MGET', some(key)),
  row('MSET', somePairs(key, value), options('odd')),
  row('MSETNX', somePairs(key, value), options('odd')),
  row('APPEND', key, value),
  row('STRLEN', key),
  row('SETRANGE', key, index, value),
  row('GETRANGE', key, index, index),
  row(fc.constantFrom('INCR', 'DECR'), key),
  row(fc.constantFrom('INCRBY', 'DECRBY', 'INCRBYFLOAT'), key, value),
];

const keys = [
  row(fc.constantFrom('DEL', 'UNLINK', 'EXISTS', 'TOUCH'), some(key)),
  row(fc.constantFrom('TYPE', 'TTL', 'PERSIST', 'EXPIRETIME'), key),
  row(fc.constantFrom('PTTL', 'PEXPIRETIME'), key),
  row(fc.constantFrom('EXPIRE', 'PEXPIRE'), key, seconds, options('NX', 'XX', 'GT', 'LT', 'BAD')),
  row('EXPIREAT', key, FAR, options('NX', 'XX', 'GT', 'LT')),
  row('PEXPIREAT', key, FAR_MS, options('NX', 'XX', 'GT', 'LT')),
  row('KEYS', pattern),
  row(
    'SCAN',
    fc.constantFrom('0', '0', 'x'),
    fc.constantFrom([], ['MATCH', 'a*'], ['COUNT', '0'], ['COUNT', 'x'], ['BAD', '1']),
  ),
  row('SCAN', '0', 'COUNT', '1000', 'TYPE', type, 'MATCH', pattern),
  row(fc.constantFrom('RENAME', 'RENAMENX'), key, key),
  row('COPY', key, key, options('REPLACE', 'BAD')),
  row('COPY', key, key, 'DB', fc.constantFrom('1', '0', '99', 'x')),
  row('DBSIZE'),
];

const hashes = [
  row(fc.constantFrom('HSET', 'HMSET'), key, somePairs(field, value), options('odd')),
  row('HSETNX', key, field, value),
  row(fc.constantFrom('HGET', 'HEXISTS', 'HSTRLEN'), key, field),
  row(fc.constantFrom('HMGET', 'HDEL'), key, some(field)),
  row(fc.constantFrom('HGETALL', 'HLEN', 'HKEYS', 'HVALS'), key),
  row(fc.constantFrom('HINCRBY', 'HINCRBYFLOAT'), key, field, value),
  row('HSCAN', key, '0', options('MATCH', 'f*')),
];

const lists = [
  row(fc.constantFrom('LPUSH', 'RPUSH', 'LPUSHX', 'RPUSHX'), key, some(member)),
  row(fc.constantFrom('LPOP', 'RPOP'), key),
  row(fc.constantFrom('LPOP', 'RPOP'), key, count),
  row('LLEN', key),
  row(fc.constantFrom('LRANGE', 'LTRIM'), key, index, index),
  row('LINDEX', key, index),
  row('LSET', key, index, member),
  row('LREM', key, index, member),
  row('LINSERT', key, fc.constantFrom('BEFORE', 'AFTER', 'BESIDE'), member, value),
  row('LMOVE', key, key, end, end),
  row('RPOPLPUSH', key, key),
];

const sets = [
  row(fc.constantFrom('SADD', 'SREM', 'SMISMEMBER'), key, some(member)),
  row(fc.constantFrom('SMEMBERS', 'SCARD'), key),
  row('SISMEMBER', key, member),
  row('SMOVE', key, key, member),
  row('SPOP', key, fc.constantFrom('100', '0', '-1', 'x')),
  row('SRANDMEMBER', key, fc.constantFrom('100', '0', 'x')),
  row(fc.constantFrom('SINTER', 'SUNION', 'SDIFF'), some(key)),
  row('SSCAN', key, '0', options('MATCH', 'm*')),
];

const zsets = [
  row('ZADD', key, somePairs(score, member)),
  row('ZADD', key, options('NX', 'XX', 'GT', 'LT', 'CH', 'INCR'), options('ch', 'incr'), somePairs(score, member)),
  row('ZINCRBY', key, score, member),
  row(fc.constantFrom('ZREM', 'ZMSCORE'), key, some(member)),
  row(fc.constantFrom('ZSCORE', 'ZRANK', 'ZREVRANK'), key, member),
  row('ZCARD', key),
  row('ZRANGE', key, index, index, options('WITHSCORES', 'REV', 'LIMIT')),
  row('ZRANGE', key, bound, bound, 'BYSCORE', options('WITHSCORES', 'REV')),
  row('ZRANGE', key, bound, bound, 'BYSCORE', 'LIMIT', index, index, options('WITHSCORES', 'REV')),
  row('ZRANGE', key, lex, lex, 'BYLEX', options('REV', 'WITHSCORES')),
  row('ZREVRANGE', key, index, index, options('WITHSCORES')),
  row(fc.constantFrom('ZRANGEBYSCORE', 'ZREVRANGEBYSCORE'), key, bound, bound, options('WITHSCORES')),
  row('ZRANGEBYSCORE', key, bound, bound, 'LIMIT', index, index),
  row(fc.constantFrom('ZRANGEBYLEX', 'ZLEXCOUNT', 'ZREMRANGEBYLEX'), key, lex, lex),
  row(fc.constantFrom('ZCOUNT', 'ZREMRANGEBYSCORE'), key, bound, bound),
  row('ZREMRANGEBYRANK', key, index, index),
  row(fc.constantFrom('ZPOPMIN', 'ZPOPMAX'), key),
  row(fc.constantFrom('ZPOPMIN', 'ZPOPMAX'), key, count),
  row('ZSCAN', key, '0', options('MATCH', 'm*')),
];

const blocking = [
  row(fc.constantFrom('BLPOP', 'BRPOP', 'BZPOPMIN', 'BZPOPMAX'), some(key, 1, 2), timeout),
  row('BLMOVE', key, key, end, end, timeout),
  row('BRPOPLPUSH', key, key, timeout),
];

const transactions = [row('MULTI'), row('EXEC'), row('EXEC'), row('DISCARD'), row('WATCH', some(key)), row('UNWATCH')];

const channel = fc.constantFrom('news', 'noise', 'x');
const rest = [
  row('PUBLISH', channel, value),
  row('SUBSCRIBE', channel),
  row('PSUBSCRIBE', fc.constantFrom('n*', '?ews')),
  row('UNSUBSCRIBE', channel),
  row('PUNSUBSCRIBE', fc.constantFrom('n*', 'z')),
  row('PUBSUB', 'NUMSUB', channel),
  row('PUBSUB', 'NUMPAT'),
  row('PING', some(value, 0, 2)),
  row('ECHO', value),
  row('SELECT', fc.constantFrom('0', '0', '1', '16', 'x', '-1')),
  row('RESET'),
  row('FLUSHDB', options('ASYNC', 'SYNC', 'BAD')),
  row('FLUSHALL'),
  row('AUTH', some(value, 1, 3)),
  row('CLIENT', fc.constantFrom('GETNAME', 'NONSENSE', 'SETNAME')),
  row('CLIENT', 'SETNAME', fc.constantFrom('me', 'not me', '')),
  row('CONFIG', fc.constantFrom('GET', 'SET', 'NONSENSE')),
  row('CONFIG', 'SET', 'nonsense', value),
  row('HELLO', options('2', '3')),
  row('HELLO', fc.constantFrom('4', 'x', '0')),
  row('HELLO', fc.constantFrom('2', '3'), fc.constantFrom('SETNAME', 'BAD', 'AUTH')),
  row('NONSENSE', some(value, 0, 3)),
  row('COMMAND', 'NONSENSE'),
];

/** A command with one argument too few or too many: arity errors. */
const misshapen = fc
  .tuple(fc.oneof(...strings, ...keys, ...hashes, ...lists, ...sets, ...zsets, ...blocking, ...rest), fc.boolean())
  .map(([argv, longer]) => (longer ? [...argv, 'extra'] : argv.slice(0, -1)))
  .filter((argv) => argv.length > 0 && !unrepeatable(argv));

/** What must differ, or would lead the two apart: draws that each server makes for itself. */
function unrepeatable(argv: readonly string[]): boolean {
  const [name = '', ...rest] = argv;
  if (rest.length === 0) return name === 'COMMAND'; // the whole table
  return ['SPOP', 'SRANDMEMBER'].includes(name) && rest.length === 1;
}

const groups = [strings, keys, hashes, lists, sets, zsets].map((group) => fc.oneof(...group));
const any = fc.oneof(
  ...groups.map((arbitrary) => ({ weight: 4, arbitrary })),
  { weight: 3, arbitrary: fc.oneof(...blocking) },
  { weight: 3, arbitrary: fc.oneof(...transactions) },
  { weight: 2, arbitrary: fc.oneof(...rest) },
  { weight: 1, arbitrary: misshapen },
);

const mixed = fc.array(fc.record({ client: fc.constantFrom(0, 0, 1, 2), argv: any }), { minLength: 1, maxLength: 40 });
/** One type at a time goes deeper. */
const focused = fc
  .constantFrom(...groups, fc.oneof(...lists, ...zsets, ...blocking), fc.oneof(...transactions, ...strings))
  .chain((commands) =>
    fc.array(fc.record({ client: fc.constantFrom(0, 0, 1, 2), argv: commands }), { minLength: 1, maxLength: 40 }),
  );

/** Sequences of commands by three clients over four keys. */
export const sequences: fc.Arbitrary<readonly Step[]> = fc.oneof(mixed, focused);
