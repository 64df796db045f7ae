import { command as row, type Command } from './call.ts';
import { integer } from './encoder.ts';
import { connectionCommands } from './connection.ts';
import { expiryCommands } from './expiry-commands.ts';
import { hashCommands } from './hashes.ts';
import { blockingListCommands } from './lists-blocking.ts';
import { keyCommands } from './keys.ts';
import { listCommands } from './lists.ts';
import { pubsubCommands } from './pubsub-commands.ts';
import { scanCommands } from './scan.ts';
import { serverCommands } from './server-commands.ts';
import { setCommands } from './sets.ts';
import { stringCommands } from './strings.ts';
import { numberCommands } from './strings-numbers.ts';
import { transactionCommands } from './transactions.ts';
import { zsetCommands } from './zsets.ts';
import { zsetRangeCommands } from './zset-ranges.ts';

const commands = new Map<string, Command>();
/** Commands whose second word chooses the command. */
const containers = new Set<string>();

for (const command of [
  ...connectionCommands,
  ...serverCommands,
  ...pubsubCommands,
  ...transactionCommands,
  ...keyCommands,
  ...expiryCommands,
  ...scanCommands,
  ...stringCommands,
  ...numberCommands,
  ...hashCommands,
  ...listCommands,
  ...blockingListCommands,
  ...setCommands,
  ...zsetCommands,
  ...zsetRangeCommands,
  row('command|count', 2, [], () => integer(commands.size)),
]) {
  commands.set(command.name, command);
  const [container, subcommand] = command.name.split('|');
  if (container !== undefined && subcommand !== undefined) containers.add(container);
}

/** The command's row; a container's name when its subcommand is unknown; '' when the command is. */
export function findCommand(argv: readonly string[]): Command | string {
  const name = (argv[0] ?? '').toLowerCase();
  if (!containers.has(name)) return commands.get(name) ?? '';
  if (argv.length === 1) {
    return commands.get(name) ?? { name, arity: -2, flags: [], run: () => undefined };
  }
  return commands.get(`${name}|${(argv[1] ?? '').toLowerCase()}`) ?? name;
}
