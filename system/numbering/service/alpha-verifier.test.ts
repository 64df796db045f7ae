import { Server, ServerCredentials, loadPackageDefinition, status } from '@grpc/grpc-js';
import type { GrpcObject, ServiceClientConstructor, sendUnaryData } from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';
import { join } from 'node:path';
import { afterEach, expect, test, vi } from 'vitest';
import { Safeguards } from '../../kit/safeguards.ts';
import { ALPHA_FAIL_CLOSED, ALPHA_VERIFY_DEADLINE, registryVerifier } from './alpha-verifier.ts';

const opened: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of opened.splice(0).toReversed()) await close();
});

interface Reply {
  readonly verified: boolean;
  readonly verificationId: string;
}

/** A registry that can be away, and counts its calls. */
async function registry(): Promise<{ readonly address: string; readonly calls: string[]; away: boolean }> {
  const definition = loadPackageDefinition(
    loadSync(join(import.meta.dirname, '../sender-id-registry.proto'), { defaults: true }),
  );
  const { v1 } = (definition['faultline'] as GrpcObject)['senderid'] as { v1: GrpcObject };
  const server = new Server();
  const made = { address: '', calls: [] as string[], away: false };
  server.addService((v1['SenderIdRegistry'] as ServiceClientConstructor).service, {
    IsVerified: ({ request }: { readonly request: { readonly tenantId: string } }, done: sendUnaryData<Reply>) => {
      made.calls.push(request.tenantId);
      if (made.away) done({ code: status.UNAVAILABLE, details: 'away' });
      else done(null, { verified: request.tenantId !== '', verificationId: 'v' });
    },
  });
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, bound) =>
      error === null ? resolve(bound) : reject(error),
    );
  });
  opened.push(() => server.forceShutdown());
  return Object.assign(made, { address: `127.0.0.1:${port}` });
}

test('that the registry is back is found out although nobody asks for a sender id', async () => {
  const served = await registry();
  const metrics = { alphaVerified: vi.fn<() => void>() };
  const verifier = registryVerifier(
    served.address,
    { ALPHA_VERIFY_TIMEOUT_MS: 1000, ALPHA_RECONNECT_MIN_MS: 10, ALPHA_RECONNECT_MAX_MS: 50, ALPHA_PROBE_MS: 10 },
    new Safeguards([ALPHA_FAIL_CLOSED, ALPHA_VERIFY_DEADLINE], []),
    metrics,
  );
  opened.push(() => verifier.close());
  served.away = true;
  await expect(verifier.verify('t1', 'SENDER')).rejects.toMatchObject({ code: 'ALPHA_VERIFY_UNAVAILABLE' });
  expect(verifier.answered()).toBe(false);
  served.away = false;
  await vi.waitUntil(() => verifier.answered());
  expect(served.calls.filter((tenantId) => tenantId !== '')).toEqual(['t1']);
  expect(metrics.alphaVerified).toHaveBeenCalledTimes(1);
});
