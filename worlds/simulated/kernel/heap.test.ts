import { expect, it } from 'vitest';
import { EventHeap, type SimEvent } from './heap.ts';

const event = (at: number, sequence: number): SimEvent => ({
  at,
  sequence,
  run: () => {},
  life: undefined,
  cancelled: false,
});

it('hands out events by time, and those of one instant in the order of scheduling', () => {
  const heap = new EventHeap();
  const order = [5, 3, 3, 9, 1, 3, 7, 1].map((at, index) => event(at, index));
  for (const each of order) heap.push(each);
  const out: SimEvent[] = [];
  for (let next = heap.pop(); next !== undefined; next = heap.pop()) out.push(next);
  expect(out.map(({ at, sequence }) => [at, sequence])).toEqual([
    [1, 4],
    [1, 7],
    [3, 1],
    [3, 2],
    [3, 5],
    [5, 0],
    [7, 6],
    [9, 3],
  ]);
});

it('is empty when everything has been handed out', () => {
  const heap = new EventHeap();
  heap.push(event(1, 1));
  heap.pop();
  expect(heap.size).toBe(0);
  expect(heap.pop()).toBeUndefined();
});
