import { command, type Call, type Command } from './call.ts';
import { array, bulk } from './encoder.ts';
import { ReplyError, SYNTAX } from './errors.ts';
import { pushTo, type End } from './lists.ts';
import { takeOrWait, timeout } from './wait.ts';

/** The list under a key, or undefined for anything else: who waits for a list ignores other types. */
function listAt(call: Call, key: string): string[] | undefined {
  const value = call.db.lookup(key)?.value;
  return value?.type === 'list' ? value.items : undefined;
}

function blockingPop(call: Call, end: End): string | undefined {
  const last = call.argv.length - 1;
  const serve = (key: string): string | undefined => {
    const items = listAt(call, key);
    if (items === undefined) return undefined;
    const item = (end === 'left' ? items.shift() : items.pop()) ?? '';
    call.shrunk(key, 'l', end === 'left' ? 'lpop' : 'rpop', items.length);
    return array([bulk(key), bulk(item)]);
  };
  const wait = timeout(call, last);
  return takeOrWait(call, call.argv.slice(1, last), wait, serve, call.reply.nilArray(), (key) => {
    call.lookup(key, 'list');
  });
}

/** Moves an item; undefined when there is none. Throws when the target is no list, before anything is taken. */
function move(call: Call, source: string, target: string, from: End, to: End): string | undefined {
  const items = listAt(call, source);
  if (items === undefined) return undefined;
  call.lookup(target, 'list');
  const item = (from === 'left' ? items.shift() : items.pop()) ?? '';
  const rest = items.length;
  pushTo(call.db, target, listAt(call, target), to, [item]);
  const left = source === target ? rest + 1 : rest;
  call.shrunk(source, 'l', from === 'left' ? 'lpop' : 'rpop', left);
  return bulk(item);
}

function end(call: Call, index: number): End {
  const option = call.option(index);
  if (option === 'LEFT') return 'left';
  if (option === 'RIGHT') return 'right';
  throw new ReplyError(SYNTAX);
}

function moveNow(call: Call, from: End, to: End): string {
  const source = call.arg(1);
  if (call.lookup(source, 'list') === undefined) return call.reply.nil();
  return move(call, source, call.arg(2), from, to) ?? call.reply.nil();
}

function moveOrWait(call: Call, from: End, to: End, timeoutIndex: number): string | undefined {
  const [source, target] = [call.arg(1), call.arg(2)];
  const wait = timeout(call, timeoutIndex);
  const serve = (key: string): string | undefined => move(call, key, target, from, to);
  return takeOrWait(call, [source], wait, serve, call.reply.nil(), (key) => {
    call.lookup(key, 'list');
  });
}

/** Lists: moves, and commands that wait. */
export const blockingListCommands: readonly Command[] = [
  command('rpoplpush', 3, ['write', 'denyoom'], (call) => moveNow(call, 'right', 'left')),
  command('lmove', 5, ['write', 'denyoom'], (call) => moveNow(call, end(call, 3), end(call, 4))),
  command('blpop', -3, ['write'], (call) => blockingPop(call, 'left')),
  command('brpop', -3, ['write'], (call) => blockingPop(call, 'right')),
  command('brpoplpush', 4, ['write', 'denyoom'], (call) => moveOrWait(call, 'right', 'left', 3)),
  command('blmove', 6, ['write', 'denyoom'], (call) => moveOrWait(call, end(call, 3), end(call, 4), 5)),
];
