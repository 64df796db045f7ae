import { Gauge, type Registry } from 'prom-client';
import type { GaugeReads } from './store-gauges.ts';

/** Exports `numbering_ready`: 1 while PostgreSQL answers, which is what `/health/ready` asks for; as of the scrape before. */
export function exportReadiness(registry: Registry, reads: GaugeReads): void {
  registry.registerMetric(
    new Gauge({
      name: 'numbering_ready',
      help: 'Whether the service would answer 200 to /health/ready: PostgreSQL answered at the last look',
      registers: [],
      collect() {
        this.set(reads.answered() ? 1 : 0);
      },
    }),
  );
}
