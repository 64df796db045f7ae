/**
 * k6: ValidateLease at a steady rate over the leases that the inventory has, run inside the deployment's network:
 * ADDRESSES (host:port, several by commas), RATE calls a second for SECONDS s, P95_MS the row's limit.
 */
import grpc from 'k6/net/grpc';
import { check } from 'k6';
import exec from 'k6/execution';

const { ADDRESSES, RATE, SECONDS, P95_MS } = __ENV;
const addresses = ADDRESSES.split(',');
/** deployments/numbering/inventory.ts: leases 1 to 10, a tenant each. */
const LEASES = 10;

const client = new grpc.Client();
client.load(['/proto'], 'numbering.proto');

export const options = {
  scenarios: {
    validations: {
      executor: 'constant-arrival-rate',
      rate: Number(RATE),
      timeUnit: '1s',
      duration: `${SECONDS}s`,
      preAllocatedVUs: 20,
      maxVUs: 200,
    },
  },
  // As the caller sees it. The row's figure is measured inside the service: `faultline load` judges that one.
  thresholds: {
    grpc_req_duration: [`p(95)<=${P95_MS}`],
    checks: ['rate==1'],
    dropped_iterations: ['count==0'],
  },
  summaryTrendStats: ['med', 'p(95)', 'p(99)', 'max'],
};

let connected = false;

export default function validate() {
  if (!connected) {
    client.connect(addresses[exec.vu.idInTest % addresses.length], { plaintext: true });
    connected = true;
  }
  const n = (exec.scenario.iterationInTest % LEASES) + 1;
  const answer = client.invoke('faultline.numbering.v1.Numbering/ValidateLease', {
    tenant_id: `tenant-${n}`,
    kind: 'MSISDN',
    value: `+93709${String(n).padStart(6, '0')}`,
  });
  check(answer, { 'the lease is valid': ({ status, message }) => status === grpc.StatusOK && message.valid === true });
}

export function handleSummary({ metrics }) {
  return { stdout: JSON.stringify(metrics) };
}
