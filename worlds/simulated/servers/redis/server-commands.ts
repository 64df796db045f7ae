import { command, type Call, type Command } from './call.ts';
import { array, bulk, bulks, EMPTY_ARRAY, integer, OK } from './encoder.ts';
import { ReplyError, SYNTAX } from './errors.ts';
import { info } from './info.ts';

function time(call: Call): string {
  const now = call.core.host.now();
  const micros = Math.floor((now - Math.floor(now / 1000) * 1000) * 1000);
  return bulks([String(Math.floor(now / 1000)), String(micros)]);
}

function checkFlushMode(call: Call): void {
  const mode = call.option(1);
  if (call.argv.length > 2 || (call.argv.length === 2 && mode !== 'ASYNC' && mode !== 'SYNC')) {
    throw new ReplyError(SYNTAX);
  }
}

function configSet(call: Call): string {
  if (call.argv.length % 2 === 1) throw new ReplyError(SYNTAX);
  const problem = call.core.config.set(call.pairs(2));
  if (problem !== undefined) throw new ReplyError(`ERR ${problem}`);
  return OK;
}

function resetStats({ core }: Call): string {
  core.stats.commands = 0;
  core.stats.connections = 0;
  core.stats.expired = 0;
  core.stats.evicted = 0;
  core.stats.errors = 0;
  return OK;
}

/** Commands about the server. */
export const serverCommands: readonly Command[] = [
  command('info', -1, [], (call) => call.reply.verbatim(info(call.core, call.rest(1)))),
  command('time', 1, [], time),
  command('dbsize', 1, [], (call) => integer(call.db.size)),
  command('flushdb', -1, ['write'], (call) => {
    checkFlushMode(call);
    call.db.flush();
    return OK;
  }),
  command('flushall', -1, ['write'], (call) => {
    checkFlushMode(call);
    for (const database of call.core.databases) database.flush();
    return OK;
  }),
  command('config|get', -3, [], (call) => call.reply.map(call.core.config.get(call.rest(2)).map(bulk))),
  command('config|set', -4, [], configSet),
  command('config|resetstat', 2, [], resetStats),
  // Clients that ask for the table learn nothing from an empty one and carry on.
  command('command', -1, [], () => EMPTY_ARRAY),
  command('command|docs', -2, [], (call) => call.reply.map([])),
  command('command|info', -2, [], (call) => array(call.rest(2).map(() => call.reply.nilArray()))),
];
