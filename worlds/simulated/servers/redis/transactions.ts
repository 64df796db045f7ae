import { command, run, type Call, type Command } from './call.ts';
import { array, OK } from './encoder.ts';
import { ReplyError } from './errors.ts';

function multi(call: Call): string {
  if (call.client.transaction !== undefined) throw new ReplyError('ERR MULTI calls can not be nested');
  call.client.transaction = { queue: [], failed: false };
  return OK;
}

function exec(call: Call): string {
  const { client, core } = call;
  const transaction = client.transaction;
  if (transaction === undefined) throw new ReplyError('ERR EXEC without MULTI');
  // A watched key whose time has come counts as changed, noticed or not.
  for (const { database, key } of client.watched) database.lookup(key);
  const broken = client.watchBroken;
  client.transaction = undefined;
  core.unwatch(client);
  if (transaction.failed) throw new ReplyError('EXECABORT Transaction discarded because of previous errors.');
  if (broken) return call.reply.nilArray();
  const replies = transaction.queue.map((queued) => run(core, client, queued.command, queued.argv, true) ?? '');
  return array(replies);
}

function discard({ client, core }: Call): string {
  if (client.transaction === undefined) throw new ReplyError('ERR DISCARD without MULTI');
  client.transaction = undefined;
  core.unwatch(client);
  return OK;
}

function watch(call: Call): string {
  const { client, db } = call;
  if (client.transaction !== undefined) throw new ReplyError('ERR WATCH inside MULTI is not allowed');
  for (const key of call.rest(1)) {
    if (client.watched.some((watched) => watched.key === key && watched.database === db)) continue;
    db.lookup(key);
    client.watched.push({ database: db, key });
    const watchers = db.watchers.get(key);
    if (watchers === undefined) db.watchers.set(key, new Set([client]));
    else watchers.add(client);
  }
  return OK;
}

function unwatch({ client, core }: Call): string {
  core.unwatch(client);
  return OK;
}

/** Transactions. */
export const transactionCommands: readonly Command[] = [
  command('multi', 1, ['immediate'], multi),
  command('exec', 1, ['immediate'], exec),
  command('discard', 1, ['immediate'], discard),
  command('watch', -2, ['immediate'], watch),
  command('unwatch', 1, [], unwatch),
];
