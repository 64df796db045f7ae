import { command, type Call, type Command } from './call.ts';
import type { Client } from './client.ts';
import { array, bulk, integer, OK, RESP2, RESP3, status } from './encoder.ts';
import { ReplyError, SYNTAX } from './errors.ts';
import { VERSION } from './info.ts';

const NO_PASSWORD =
  'ERR AUTH <password> called without any password configured for the default user. Are you sure your configuration is correct?';
const WRONG_PASSWORD = 'WRONGPASS invalid username-password pair or user is disabled.';
const BAD_NAME = 'ERR Client names cannot contain spaces, newlines or special characters.';

function hello(call: Call): string {
  let version: number = call.reply.version;
  if (call.argv.length > 1) {
    version = call.integer(1, 'ERR Protocol version is not an integer or out of range');
    if (version !== 2 && version !== 3) throw new ReplyError('NOPROTO unsupported protocol version');
  }
  let name: string | undefined;
  for (let at = 2; at < call.argv.length; at += 1) {
    const left = call.argv.length - at - 1;
    if (call.option(at) === 'AUTH' && left >= 2) {
      if (call.arg(at + 1) !== 'default') throw new ReplyError(WRONG_PASSWORD);
      at += 2;
    } else if (call.option(at) === 'SETNAME' && left >= 1) {
      name = checkedName(call.arg(at + 1));
      at += 1;
    } else {
      throw new ReplyError(`ERR Syntax error in HELLO option '${call.arg(at)}'`);
    }
  }
  if (name !== undefined) call.client.name = name;
  call.client.reply = version === 3 ? RESP3 : RESP2;
  const parts: readonly (readonly [name: string, value: string])[] = [
    ['server', bulk('redis')],
    ['version', bulk(VERSION)],
    ['proto', integer(version)],
    ['id', integer(call.client.id)],
    ['mode', bulk('standalone')],
    ['role', bulk('master')],
    ['modules', array([])],
  ];
  return call.reply.map(parts.flatMap(([part, value]) => [bulk(part), value]));
}

function checkedName(name: string): string {
  if (!/^[!-~]*$/.test(name)) throw new ReplyError(BAD_NAME);
  return name;
}

function auth(call: Call): string {
  if (call.argv.length > 3) throw new ReplyError(SYNTAX);
  if (call.argv.length === 2) throw new ReplyError(NO_PASSWORD);
  // The default user takes any password while it has none.
  if (call.arg(1) !== 'default') throw new ReplyError(WRONG_PASSWORD);
  return OK;
}

function ping(call: Call): string {
  if (call.argv.length > 2) throw new ReplyError("ERR wrong number of arguments for 'ping' command");
  const message = call.argv[1];
  if (call.reply.version === 2 && call.client.subscriptions > 0) return array([bulk('pong'), bulk(message ?? '')]);
  return message === undefined ? status('PONG') : bulk(message);
}

function select(call: Call): string {
  const index = call.integer(1);
  call.database(index);
  call.client.database = index;
  return OK;
}

/** As CLIENT LIST prints a client; what this server does not keep is shown as 0. */
function describe(call: Call, client: Client): string {
  const age = Math.floor((call.core.now() - client.connectedAt) / 1000);
  const queued = client.transaction?.queue.length ?? -1;
  return (
    `id=${client.id} addr=127.0.0.1:0 laddr=127.0.0.1:6379 fd=0 name=${client.name} age=${age} idle=0 flags=N ` +
    `db=${client.database} sub=${client.channels.size} psub=${client.patterns.size} ssub=0 multi=${queued} ` +
    `cmd=${client.lastCommand} user=default redir=-1 resp=${client.reply.version} ` +
    `lib-name=${client.library.name} lib-ver=${client.library.version}\n`
  );
}

function setName(call: Call): string {
  call.client.name = checkedName(call.arg(2));
  return OK;
}

function setInfo(call: Call): string {
  const attribute = call.arg(2);
  const value = call.arg(3);
  if (!/^[!-~]*$/.test(value)) {
    throw new ReplyError(`ERR ${attribute.toLowerCase()} cannot contain spaces, newlines or special characters.`);
  }
  if (attribute.toUpperCase() === 'LIB-NAME') call.client.library.name = value;
  else if (attribute.toUpperCase() === 'LIB-VER') call.client.library.version = value;
  else throw new ReplyError(`ERR Unrecognized option '${attribute}'`);
  return OK;
}

function unblock(call: Call): string {
  const mode = call.option(3);
  if (call.argv.length > 4 || (call.argv.length === 4 && mode !== 'TIMEOUT' && mode !== 'ERROR')) {
    throw new ReplyError('ERR CLIENT UNBLOCK reason should be TIMEOUT or ERROR');
  }
  const client = call.core.clients.get(call.integer(2));
  if (client?.blocked === undefined) return integer(0);
  const reply = mode === 'ERROR' ? '-UNBLOCKED client unblocked via CLIENT UNBLOCK\r\n' : client.blocked.timedOut;
  call.core.blocking.unblock(client, reply);
  return integer(1);
}

function noEvict(call: Call): string {
  if (call.option(2) !== 'ON' && call.option(2) !== 'OFF') throw new ReplyError(SYNTAX);
  return OK; // nothing here ever evicts a client
}

function reset(call: Call): string {
  const { client, core } = call;
  client.transaction = undefined;
  core.unwatch(client);
  core.pubsub.drop(client);
  client.reply = RESP2;
  client.database = 0;
  client.name = '';
  return status('RESET');
}

function quit(call: Call): string {
  call.client.closing = true;
  return OK;
}

/** Commands about the connection itself. */
export const connectionCommands: readonly Command[] = [
  command('hello', -1, [], hello),
  command('auth', -2, [], auth),
  command('ping', -1, ['pubsub'], ping),
  command('echo', 2, [], (call) => bulk(call.arg(1))),
  command('select', 2, [], select),
  command('quit', -1, ['pubsub', 'immediate'], quit),
  command('reset', 1, ['pubsub', 'immediate'], reset),
  command('client|id', 2, [], (call) => integer(call.client.id)),
  command('client|setname', 3, [], setName),
  command('client|getname', 2, [], ({ client, reply }) => (client.name === '' ? reply.nil() : bulk(client.name))),
  command('client|setinfo', 4, [], setInfo),
  command('client|info', 2, [], (call) => call.reply.verbatim(describe(call, call.client))),
  command('client|list', 2, [], (call) =>
    call.reply.verbatim([...call.core.clients.values()].map((client) => describe(call, client)).join('')),
  ),
  command('client|no-evict', 3, [], noEvict),
  command('client|unblock', -3, [], unblock),
];
