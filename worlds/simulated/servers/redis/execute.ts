import { run, type Command } from './call.ts';
import type { Client } from './client.ts';
import { findCommand } from './commands.ts';
import type { Core } from './core.ts';
import { error, QUEUED } from './encoder.ts';
import { OUT_OF_MEMORY, ReplyError, wrongArity } from './errors.ts';

/** In RESP2 only these may be used on a connection that has subscriptions. */
const SUBSCRIBED_HINT = 'only (P|S)SUBSCRIBE / (P|S)UNSUBSCRIBE / PING / QUIT / RESET are allowed in this context';
/** How much of the arguments the error for an unknown command shows. */
const SHOWN = 128;

/** Runs one command of a client; the encoded reply, or undefined when the client now waits. */
export function execute(core: Core, client: Client, argv: readonly string[]): string | undefined {
  core.stats.commands += 1;
  const reply = attempt(core, client, argv);
  if (reply?.startsWith('-') === true) core.stats.errors += 1;
  core.blocking.serve();
  return reply;
}

function attempt(core: Core, client: Client, argv: readonly string[]): string | undefined {
  let admitted: Command;
  try {
    admitted = admit(core, client, argv);
  } catch (cause) {
    if (!(cause instanceof ReplyError)) throw cause;
    // What is refused before it runs spoils the transaction that it was meant for.
    if (client.transaction !== undefined) client.transaction.failed = true;
    if (argv[0]?.toLowerCase() !== 'exec') return error(cause.message);
    client.transaction = undefined;
    core.unwatch(client);
    return error(`EXECABORT Transaction discarded because of: ${cause.message.replace(/^ERR /, '')}`);
  }
  if (client.transaction !== undefined && !admitted.flags.includes('immediate')) {
    client.transaction.queue.push({ command: admitted, argv });
    return QUEUED;
  }
  return run(core, client, admitted, argv, false);
}

function admit(core: Core, client: Client, argv: readonly string[]): Command {
  const found = findCommand(argv);
  if (typeof found === 'string') throw new ReplyError(unknown(found, argv));
  const fits = found.arity < 0 ? argv.length >= -found.arity : argv.length === found.arity;
  if (!fits) throw new ReplyError(wrongArity(found.name));
  if (found.flags.includes('denyoom') && !core.memory.makeRoom(() => (core.stats.evicted += 1))) {
    throw new ReplyError(OUT_OF_MEMORY);
  }
  if (client.reply.version === 2 && client.subscriptions > 0 && !found.flags.includes('pubsub')) {
    throw new ReplyError(`ERR Can't execute '${found.name}': ${SUBSCRIBED_HINT}`);
  }
  return found;
}

/** The real server's words for a command, or a container's subcommand, that it does not have. */
function unknown(container: string, argv: readonly string[]): string {
  if (container !== '') {
    return `ERR unknown subcommand '${shown(argv[1])}'. Try ${container.toUpperCase()} HELP.`;
  }
  let list = '';
  for (let at = 1; at < argv.length && list.length < SHOWN; at += 1) {
    list += `'${shown(argv[at], SHOWN - list.length)}' `;
  }
  return `ERR unknown command '${shown(argv[0])}', with args beginning with: ${list}`;
}

/** The original prints C strings: they end at a zero byte. */
function shown(argument = '', length = SHOWN): string {
  return (argument.split('\0', 1)[0] ?? '').slice(0, length);
}
