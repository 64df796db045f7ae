/** A system that tests of the drawing draw for: nothing of it is run. */
import fc from 'fast-check';
import type { Arguments, ExplorationModel } from '../../contract/index.ts';

/** What is taken is to be given back so long after it. */
export const DUE_MS = 5000;
/** Slots that nobody draws. */
export const APART = [20, 21, 22];

const slot = fc.record({ slot: fc.nat({ max: 9 }) }) as fc.Arbitrary<Arguments>;
export const nothing = fc.record({}) as fc.Arbitrary<Arguments>;

/** The part of a model by which cases are run and judged. */
export const unrun = {
  begin: () => Promise.reject(new Error('nothing is run here')),
  convergence: () => [],
  collect: async () => ({}),
  answers: () => [],
  stateAt: () => 'idle',
  states: ['idle'],
  sometimes: {},
} satisfies Partial<ExplorationModel>;

export const model: ExplorationModel = {
  system: 'toy',
  topologies: [
    {
      name: 'toy',
      weight: 1,
      needs: ['a', 'b', 'c'],
      commands: ['take', 'give', 'show', 'again'],
      faults: [
        { kind: 'kill', targets: [['a']], lastsMs: { from: 10, to: 1000 } },
        { kind: 'pause', targets: [['c-1'], ['c-2'], ['b']], lastsMs: { from: 10, to: 1000 } },
      ],
      links: [['a', 'b']],
      invariants: [],
    },
  ],
  commands: {
    take: {
      weight: 3,
      writes: true,
      carriedOutBy: ['a'],
      about: 'slot',
      apart: APART,
      due: () => [{ after: DUE_MS, by: ['give'], carriedOutBy: ['b'] }],
      arguments: slot,
    },
    give: { weight: 3, writes: true, about: 'slot', apart: APART, arguments: slot },
    show: { weight: 0, arguments: nothing },
    again: { weight: 1, arguments: nothing },
  },
  stories: [['take', 'give', 'show']],
  again: 'again',
  clientsMax: 3,
  ...unrun,
};
