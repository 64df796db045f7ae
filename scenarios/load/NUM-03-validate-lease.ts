import { kill, loadTest } from 'faultline';

/** The row's two latencies of ValidateLease, at a rate that a busy hour of the document has. */
export default loadTest('NUM-03', ({ quote }) => ({
  script: 'validate-lease.js',
  service: 'numbering-service',
  port: 9090,
  callsPerSecond: 200,
  histogram: 'numbering_validate_lease_duration_seconds',
  phases: [
    { title: 'from the cache', p95Ms: quote('5 ms') },
    { title: 'from PostgreSQL', fault: kill('redis'), p95Ms: quote('15 ms') },
  ],
}));
