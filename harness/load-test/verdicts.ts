import type { LoadTestBody, Verdict } from '../../contract/index.ts';
import type { Measured } from './phase.ts';

/** Half of what a P95 leaves to chance: where services waited longer, the latency is the machine's. */
const WAITING_MOST = 0.025;
/** Of the calls that the rate comes to: with fewer the load was another one. */
const CALLS_LEAST = 0.95;
const CHECKS = 'checks';

/**
 * A verdict for each phase that goes through the proxies. `unknown` where the machine was too busy: in the phase itself, or in
 * the first one, which has no fault.
 */
export function verdictsOf(body: LoadTestBody, measured: readonly Measured[], seconds: number): readonly Verdict[] {
  const through = measured.filter(({ pastProxies }) => !pastProxies);
  const [calibration] = through;
  return body.phases.map(({ p95Ms }, at): Verdict => {
    const phase = through[at];
    if (phase?.p95 === undefined || calibration === undefined) return 'unknown';
    if (phase.caller.crossed.some((threshold) => threshold.startsWith(CHECKS))) return 'fail';
    const enough = phase.calls >= CALLS_LEAST * body.callsPerSecond * seconds;
    if (!enough || phase.waiting > WAITING_MOST || calibration.waiting > WAITING_MOST) return 'unknown';
    return phase.p95 <= p95Ms ? 'pass' : 'fail';
  });
}
