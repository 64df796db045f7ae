/** Verification of alphanumeric sender ids. Fail closed: whatever is not a positive answer refuses the assignment (FM-06). */
import { join } from 'node:path';
import {
  credentials,
  loadPackageDefinition,
  type GrpcObject,
  type ServiceClientConstructor,
  type ServiceError,
} from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';
import { problem } from '../domain/problems.ts';

export interface AlphaVerifier {
  /** Returns when the registry has confirmed the sender id; @throws Problem ALPHA_VERIFY_UNAVAILABLE or ALPHA_NOT_VERIFIED */
  verify(tenantId: string, senderId: string): Promise<void>;
  close(): void;
}

const RETRY_AFTER_MS = 5000;

function cannotVerify(cause?: unknown): Error {
  return problem(
    'ALPHA_VERIFY_UNAVAILABLE',
    'The sender id cannot be verified now, so it is not assigned. Try again later.',
    { retryAfterMs: RETRY_AFTER_MS },
    cause,
  );
}

/** Without a registry no alpha identifier is assigned. */
export const noRegistry: AlphaVerifier = {
  verify: () => Promise.reject(cannotVerify()),
  close: () => {},
};

type IsVerified = (
  request: { tenantId: string; senderId: string },
  options: { deadline: Date },
  callback: (error: ServiceError | null, reply?: { verified: boolean }) => void,
) => void;

/** Asks sender-id-registry (gRPC) at `address`; an answer later than `timeoutMs` counts as none. */
export function registryVerifier(address: string, timeoutMs: number): AlphaVerifier {
  const definition = loadPackageDefinition(loadSync(join(import.meta.dirname, '../sender-id-registry.proto')));
  const { v1 } = (definition['faultline'] as GrpcObject)['senderid'] as { v1: GrpcObject };
  const Client = v1['SenderIdRegistry'] as ServiceClientConstructor;
  const client = new Client(address, credentials.createInsecure());
  const isVerified = (client as unknown as { isVerified: IsVerified }).isVerified.bind(client);
  return {
    verify: (tenantId, senderId) =>
      new Promise((resolve, reject) => {
        isVerified({ tenantId, senderId }, { deadline: new Date(Date.now() + timeoutMs) }, (error, reply) => {
          if (error !== null || reply === undefined) reject(cannotVerify(error));
          else if (reply.verified) resolve();
          else
            reject(
              problem('ALPHA_NOT_VERIFIED', 'The registry has no verification of this sender id for this tenant.'),
            );
        });
      }),
    close: () => client.close(),
  };
}
