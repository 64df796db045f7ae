import type { SystemModel } from 'faultline';

/** One `read` every 500 ms: from the cache while it runs, else from the database, which the safeguard `fallback` allows. */
export const model: SystemModel = {
  system: 'toy',
  start: async ({ running, history }) => {
    const load = { paused: false, stopped: false };
    const loop = async (): Promise<void> => {
      while (!load.stopped) {
        await running.clock.sleep(500);
        if (load.paused || load.stopped) continue;
        const read = history.invoke('client-1', 'read', {});
        const fallback = await running.metrics.at('safeguard_enabled{name="fallback"}', running.clock.now());
        if (running.component('server').state() !== 'running') read.fail('UNAVAILABLE');
        else if (running.component('cache').state() === 'running') read.ok({ source: 'cache' });
        else if (fallback === 0) read.fail('UNAVAILABLE');
        else read.ok({ source: 'database' });
      }
    };
    loop().catch(() => {}); // ends when the run is aborted
    return {
      pause: async () => {
        load.paused = true;
      },
      resume: () => {
        load.paused = false;
      },
      set: () => {},
      [Symbol.asyncDispose]: async () => {
        load.stopped = true;
      },
    };
  },
  collect: async () => ({ rows: [{ id: 1, holders: 1 }] }),
};
