import { command, type Call, type Command } from './call.ts';
import { integer } from './encoder.ts';
import { ReplyError } from './errors.ts';
import { anyExpireTime, type TimeUnit } from './expire-time.ts';

type Condition = 'NX' | 'XX' | 'GT' | 'LT';

function parseConditions(call: Call): ReadonlySet<Condition> {
  const conditions = new Set<Condition>();
  for (let at = 3; at < call.argv.length; at += 1) {
    const option = call.option(at);
    if (option !== 'NX' && option !== 'XX' && option !== 'GT' && option !== 'LT') {
      throw new ReplyError(`ERR Unsupported option ${call.arg(at)}`);
    }
    conditions.add(option);
  }
  if (conditions.has('NX') && conditions.size > 1) {
    throw new ReplyError('ERR NX and XX, GT or LT options at the same time are not compatible');
  }
  if (conditions.has('GT') && conditions.has('LT')) {
    throw new ReplyError('ERR GT and LT options at the same time are not compatible');
  }
  return conditions;
}

/** A key without an expiry lives for ever: later than any time. */
function allows(conditions: ReadonlySet<Condition>, at: number, current: number | undefined): boolean {
  if (conditions.has('NX') && current !== undefined) return false;
  if (conditions.has('XX') && current === undefined) return false;
  if (conditions.has('GT') && at <= (current ?? Infinity)) return false;
  return !(conditions.has('LT') && at >= (current ?? Infinity));
}

function expire(unit: TimeUnit, call: Call): string {
  const key = call.arg(1);
  const conditions = parseConditions(call);
  const at = anyExpireTime(call, 2, unit, call.command.name);
  const entry = call.db.lookup(key);
  if (entry === undefined || !allows(conditions, at, entry.expireAt)) return integer(0);
  if (at <= call.core.now()) {
    call.db.remove(key);
    call.db.notify('g', 'del', key);
  } else {
    call.db.setExpiry(key, entry, at);
    call.db.touched(key);
    call.db.notify('g', 'expire', key);
  }
  return integer(1);
}

function remaining(call: Call, show: (at: number, now: number) => number): string {
  const entry = call.db.read(call.arg(1));
  if (entry === undefined) return integer(-2);
  return integer(entry.expireAt === undefined ? -1 : show(entry.expireAt, call.core.now()));
}

function persist(call: Call): string {
  const entry = call.db.lookup(call.arg(1));
  if (entry?.expireAt === undefined) return integer(0);
  call.db.setExpiry(call.arg(1), entry, undefined);
  call.db.touched(call.arg(1));
  call.db.notify('g', 'persist', call.arg(1));
  return integer(1);
}

/** Setting, reading and removing the expiry of keys. */
export const expiryCommands: readonly Command[] = [
  command('expire', -3, ['write'], (call) => expire({ seconds: true, absolute: false }, call)),
  command('pexpire', -3, ['write'], (call) => expire({ seconds: false, absolute: false }, call)),
  command('expireat', -3, ['write'], (call) => expire({ seconds: true, absolute: true }, call)),
  command('pexpireat', -3, ['write'], (call) => expire({ seconds: false, absolute: true }, call)),
  command('ttl', 2, [], (call) => remaining(call, (at, now) => Math.floor((at - now + 500) / 1000))),
  command('pttl', 2, [], (call) => remaining(call, (at, now) => at - now)),
  command('expiretime', 2, [], (call) => remaining(call, (at) => Math.floor((at + 500) / 1000))),
  command('pexpiretime', 2, [], (call) => remaining(call, (at) => at)),
  command('persist', 2, ['write'], persist),
];
