import { createRequire } from 'node:module';
import { currentLife } from '../life.ts';
import { real } from '../real.ts';
import { currentSimulation } from '../simulation.ts';
import { replace } from './define.ts';

/** ms since 1970 as the running process sees it: with its component's skew. */
function wall(): number {
  const simulation = currentSimulation();
  if (simulation === undefined) return real.Date.now();
  return currentLife()?.options.clock.read() ?? simulation.epoch + simulation.now;
}

/** ms since the process started; no fault moves it. */
function monotonic(): number {
  const simulation = currentSimulation();
  if (simulation === undefined) return real.performanceNow();
  return simulation.now - (currentLife()?.options.startedAt ?? 0);
}

const nanoseconds = (): bigint => {
  const simulation = currentSimulation();
  return simulation === undefined ? real.hrtimeBigint() : BigInt(Math.round(simulation.now * 1e6));
};

function hrtime(since?: readonly [number, number]): [number, number] {
  const now = nanoseconds();
  const past = since === undefined ? 0n : BigInt(since[0]) * 1_000_000_000n + BigInt(since[1]);
  const elapsed = now - past;
  return [Number(elapsed / 1_000_000_000n), Number(elapsed % 1_000_000_000n)];
}

/** `Date`, `performance.now`, `process.hrtime`, `process.uptime`. */
export function patchClock(): void {
  const RealDate = real.Date;
  class VirtualDate extends RealDate {
    constructor(...args: unknown[]) {
      if (args.length === 0) super(wall());
      else super(...(args as [number]));
    }
    static override now(): number {
      return Math.floor(wall());
    }
  }
  // Called without `new`, Date returns text; and what was made before the patch is a Date too.
  const patched = new Proxy(VirtualDate, { apply: () => new VirtualDate().toString() });
  Object.defineProperty(VirtualDate, 'name', { value: 'Date' });
  Object.defineProperty(VirtualDate, Symbol.hasInstance, { value: (value: unknown) => value instanceof RealDate });
  replace(globalThis, 'Date', patched);
  const { performance } = createRequire(import.meta.url)('node:perf_hooks') as { performance: object };
  replace(performance, 'now', monotonic);
  replace(process, 'hrtime', Object.assign(hrtime, { bigint: nanoseconds }));
  replace(process, 'uptime', () => monotonic() / 1000);
}
