import http from 'node:http';
import type { ObjectStoreSpec } from '../../../../contract/index.ts';
import type { Life } from '../../kernel/life.ts';
import type { Simulation } from '../../kernel/simulation.ts';
import { objectStore } from './server.ts';
import { ObjectData } from './store.ts';

/** Virtual cost of a request: an object store is slow to begin and quick to go on. */
const COST = { baseMs: 4, perKilobyteMs: 0.02 };

/**
 * What a life of the simulated object store does. Its data survive a kill, as files do.
 * @param data holds the buckets of the specification from the start
 */
export function objectStoreProgram(
  simulation: Simulation,
  spec: ObjectStoreSpec,
  data: ObjectData,
  onAnswer: () => void,
): (life: Life) => void {
  return (life) => {
    const now = (): number => life.options.clock.read();
    const listener = objectStore({
      ...spec,
      data,
      now,
      onAnswer,
      work: (bytes) =>
        new Promise((resolve) => {
          simulation.after(COST.baseMs + (bytes / 1024) * COST.perKilobyteMs, resolve, life);
        }),
    });
    http.createServer(listener).listen(spec.port);
  };
}

/** The store as it is before the first request. */
export function initialData({ buckets }: ObjectStoreSpec, now: number): ObjectData {
  const data = new ObjectData();
  for (const bucket of buckets) data.create(bucket, now);
  return data;
}
