import fc from 'fast-check';
import type { Arguments, CommandKind } from '../../../contract/index.ts';
import { APART } from './fought-for.ts';

type Members = Readonly<Record<string, fc.Arbitrary<number | string | boolean>>>;

const ABOUT = ['number', 'code', 'sender', 'operator'] as const;
const about = (members: Members): Pick<CommandKind, 'about' | 'apart'> => {
  const named = ABOUT.find((name) => name in members);
  if (named === undefined) return {};
  return { about: named, ...(named === 'number' ? { apart: APART } : {}) };
};

export const reads = (weight: number, members: Members): CommandKind => ({
  weight,
  arguments: fc.record(members) as fc.Arbitrary<Arguments>,
  ...about(members),
});
/** @param carriedOutBy instances beside numbering-service's, which carries out all that names none */
export const writes = (weight: number, members: Members, ...carriedOutBy: readonly string[]): CommandKind => ({
  ...reads(weight, members),
  writes: true,
  ...(carriedOutBy.length === 0 ? {} : { carriedOutBy }),
});

/** Which of the things that a client knows, the latest first; mostly that. */
export const back = fc.constantFrom(0, 0, 0, 0, 1, 2, 3);
export const via = fc.constantFrom('http', 'grpc');

/** The n-th latest; of fewer it counts round, so that a client that knows anything has something to do. */
export function at<T>(items: readonly T[], args: Arguments): T | undefined {
  return items.at(-1 - (Number(args['back']) % items.length));
}
