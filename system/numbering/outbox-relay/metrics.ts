/** Metrics of outbox-relay. What alert rules use exists from the start with value 0. */
import { Counter, Gauge, type Registry } from 'prom-client';

export type RelayMetrics = ReturnType<typeof createRelayMetrics>;

export function createRelayMetrics(registry: Registry) {
  const registers = [registry];
  const published = new Counter({
    name: 'numbering_outbox_relay_published_total',
    help: 'Events that JetStream has confirmed',
    registers,
  });
  const errors = new Counter({
    name: 'numbering_outbox_relay_errors_total',
    help: 'Passes over the outbox in which an event could not be published: each is an error in the log',
    registers,
  });
  const leader = new Gauge({
    name: 'numbering_outbox_relay_leader',
    help: '1 in the relay that publishes',
    registers,
  });
  return {
    published: (events: number) => published.inc(events),
    failed: () => errors.inc(),
    leads: (leads: boolean) => leader.set(leads ? 1 : 0),
  };
}
