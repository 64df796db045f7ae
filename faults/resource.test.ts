import { describe, expect, test } from 'vitest';
import { cpuLimit } from './resource-cpu.ts';
import { memoryLimit, outOfMemory } from './resource-memory.ts';
import { diskFull } from './storage-disk-full.ts';
import { fakeStage } from './testing/fake-stage.ts';

describe.each([
  ['memory-limit', memoryLimit('service', { megabytes: 64 }), 'atMemoryLimit', '3 times at its limit of memory'],
  ['memory-used-up', outOfMemory('service'), 'outOfMemory', '3 processes ended by the kernel for want of memory'],
  ['cpu-limit', cpuLimit('service', { cores: 0.1 }), 'throttled', '3 periods in which it was made to wait'],
  ['disk-full', diskFull('service'), 'outOfSpace', '3 complaints that no space was left'],
] as const)('%s', (kind, fault, trace, seen) => {
  test('is in place until healed', async () => {
    const { stage, shortages, states } = fakeStage();
    const active = await fault.inject(stage);
    expect(shortages['service']).toEqual([expect.objectContaining({ kind })]);
    states['service'] = 'exited';
    expect(await active.healed()).toBe(false);
    await active[Symbol.asyncDispose]();
    await active[Symbol.asyncDispose]();
    expect(shortages['service']).toEqual([]);
    expect(await active.healed()).toBe(true);
    // What it met may end it a moment later.
    states['service'] = 'exited';
    expect(await active.healed()).toBe(true);
  });

  test('bit when the kernel counted it since', async () => {
    const { stage, counts } = fakeStage();
    counts['service'] = Object.assign(counts['service'] ?? {}, { [trace]: 2 });
    const active = await fault.inject(stage);
    expect(await active.witness()).toBeUndefined();
    Object.assign(counts['service'] ?? {}, { [trace]: 5 });
    expect((await active.witness())?.seen).toBe(seen);
  });
});
