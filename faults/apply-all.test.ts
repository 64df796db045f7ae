import { expect, test } from 'vitest';
import type { Link } from '../contract/index.ts';
import { applyAll, healAll } from './apply-all.ts';

const effect = { kind: 'partition' } as const;

function link(healed: string[], name: string, refuses = false): Link {
  return {
    apply: async () => {
      if (refuses) throw new Error(`${name} refuses`);
      return { [Symbol.asyncDispose]: async () => void healed.push(name) };
    },
  } as unknown as Link;
}

test('an effect is on all links, and off them when it is healed', async () => {
  const healed: string[] = [];
  const inPlace = await applyAll([link(healed, 'a'), link(healed, 'b')], effect);
  expect(healed).toEqual([]);
  await healAll(inPlace);
  expect(healed).toEqual(['a', 'b']);
  expect(inPlace).toEqual([]);
});

test('where one link cannot have it, it stays on none', async () => {
  const healed: string[] = [];
  const links = [link(healed, 'a'), link(healed, 'b', true), link(healed, 'c')];
  await expect(applyAll(links, effect)).rejects.toThrow('b refuses');
  expect(healed).toEqual(['a', 'c']);
});
