import type { LoadTestBody, Verdict } from '../../contract/index.ts';
import type { Measured } from './phase.ts';

/** Half of what a P95 leaves to chance: where services waited longer, the latency is the machine's. */
const WAITING_MOST = 0.025;
/** Of the calls that the rate comes to: with fewer the load was another one. */
const CALLS_LEAST = 0.95;
const CHECKS = 'checks';

/**
 * A verdict for each phase that goes through the proxies. A latency that was measured while services waited for a processor is
 * `unknown`, within its limit or not. The first phase, which has no fault, calibrates: where it does not keep its own limit on a
 * machine that lets it be judged, no other latency is judged. Wrong answers fail on any machine.
 */
export function verdictsOf(body: LoadTestBody, measured: readonly Measured[], seconds: number): readonly Verdict[] {
  const through = measured.filter(({ pastProxies }) => !pastProxies);
  const leastCalls = CALLS_LEAST * body.callsPerSecond * seconds;
  const latencies = body.phases.map(({ p95Ms }, at) => latencyOf(through[at], leastCalls, p95Ms));
  return latencies.map((latency, at): Verdict => {
    if (through[at] !== undefined && answeredWrongly(through[at])) return 'fail';
    return at > 0 && latencies[0] !== 'pass' ? 'unknown' : latency;
  });
}

function latencyOf(phase: Measured | undefined, leastCalls: number, p95Ms: number): Verdict {
  if (phase?.p95 === undefined || phase.calls < leastCalls || phase.waiting > WAITING_MOST) return 'unknown';
  return phase.p95 <= p95Ms ? 'pass' : 'fail';
}

function answeredWrongly({ caller }: Measured): boolean {
  return caller.crossed.some((threshold) => threshold.startsWith(CHECKS));
}
