import type { Command } from 'commander';
import { UsageError } from './usage-error.ts';

const FOR_MATRIX = ['budget', 'explore', 'safeguardOff'];
const NOT_FOR_MATRIX = ['seeds', 'line', 'linesOnly', 'mutation', 'world', 'speed', 'wallLimit', 'json'];

/** `sabotage` and `sabotage --matrix` are two commands: an option of the other is a mistake. @throws UsageError */
export function refuseOthers(command: Command, isMatrix: boolean, ids: readonly string[]): void {
  if (isMatrix && ids.length > 0) throw new UsageError(`rows are not for --matrix, found ${ids.join(' ')}`);
  const others = isMatrix ? NOT_FOR_MATRIX : FOR_MATRIX;
  const given = command.options.find(
    (option) =>
      others.includes(option.attributeName()) && command.getOptionValueSource(option.attributeName()) === 'cli',
  );
  if (given !== undefined) throw new UsageError(`${given.long} ${isMatrix ? 'is not' : 'is'} for --matrix`);
}
