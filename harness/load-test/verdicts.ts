import type { LoadTestBody, Verdict } from '../../contract/index.ts';
import type { Measured } from './phase.ts';

/** Half of what a P95 leaves to chance: where services waited longer, the latency is the machine's. */
const WAITING_MOST = 0.025;
/** Of the calls that the rate comes to: with fewer the load was another one. */
const CALLS_LEAST = 0.95;
const CHECKS = 'checks';

/**
 * A verdict for each phase that goes through the proxies. The first, which has no fault, decides whether the others can be
 * judged at all: it must keep its own limit. Waiting for a processor only ever adds: what keeps its limit in spite of it does, and
 * what does not is `unknown`.
 */
export function verdictsOf(body: LoadTestBody, measured: readonly Measured[], seconds: number): readonly Verdict[] {
  const through = measured.filter(({ pastProxies }) => !pastProxies);
  const verdicts = body.phases.map(({ p95Ms }, at): Verdict => {
    const phase = through[at];
    if (phase?.p95 === undefined || phase.calls < CALLS_LEAST * body.callsPerSecond * seconds) return 'unknown';
    if (phase.caller.crossed.some((threshold) => threshold.startsWith(CHECKS))) return 'fail';
    if (phase.p95 <= p95Ms) return 'pass';
    return phase.waiting > WAITING_MOST ? 'unknown' : 'fail';
  });
  const [calibration = 'unknown'] = verdicts;
  return verdicts.map((verdict, at) => (at > 0 && verdict !== 'fail' && calibration !== 'pass' ? 'unknown' : verdict));
}
