import type { LoadTestBody, Verdict } from '../../contract/index.ts';
import type { Measured } from './phase.ts';

const ms = (value: number | undefined): string => (value === undefined ? '-' : `${value.toFixed(2)} ms`);

/** A line for each phase, with Toxiproxy and without, and its share. */
export function loadText(body: LoadTestBody, measured: readonly Measured[], verdicts: readonly Verdict[]): string {
  const lines = [`${body.script} at ${body.callsPerSecond} calls a second; P95 inside ${body.service}`];
  for (const [at, phase] of body.phases.entries()) {
    const [through, past] = [false, true].map((way) =>
      measured.find(({ title, pastProxies }) => title === phase.title && pastProxies === way),
    );
    lines.push(`${(verdicts[at] ?? 'unknown').padEnd(8)} ${phase.title}: P95 <= ${phase.p95Ms} ms`);
    for (const [name, one] of [
      ['through Toxiproxy', through],
      ['past it', past],
    ] as const)
      if (one !== undefined)
        lines.push(
          `         ${name.padEnd(17)} P95 ${ms(one.p95)}, P50 ${ms(one.p50)} of ${one.calls}; as k6 sees it P95 ${ms(one.caller.p95)}${one.caller.crossed.length > 0 ? ` (crossed ${one.caller.crossed.join(', ')})` : ''}; ${(one.waiting * 100).toFixed(1)} % of the time without a processor`,
        );
    if (through?.p95 !== undefined && past?.p95 !== undefined)
      lines.push(`         Toxiproxy's share of the P95: ${ms(through.p95 - past.p95)}`);
  }
  return `${lines.join('\n')}\n`;
}
