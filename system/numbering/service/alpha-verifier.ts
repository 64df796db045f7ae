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
import type { Safeguard, Safeguards } from '../../kit/safeguards.ts';
import { problem } from '../domain/problems.ts';
import type { Metrics } from './metrics.ts';

export const ALPHA_FAIL_CLOSED: Safeguard = {
  name: 'alpha-fail-closed',
  protects:
    'an alpha identifier is not leased while the registry does not answer; without it the sender id is taken for verified',
};

export const ALPHA_VERIFY_DEADLINE: Safeguard = {
  name: 'alpha-verify-deadline',
  protects: 'a registry that does not answer is waited for no longer than ALPHA_VERIFY_TIMEOUT_MS',
};

export interface AlphaVerifier {
  /**
   * The registry's id of its positive answer; undefined when that was not asked for (`alpha-fail-closed` is off).
   * @throws Problem ALPHA_VERIFY_UNAVAILABLE or ALPHA_NOT_VERIFIED
   */
  verify(tenantId: string, senderId: string): Promise<string | undefined>;
  /** Whether the registry answered last, be it a call or a look that is taken while it does not. */
  answered(): boolean;
  close(): void;
}

interface VerifierOptions {
  readonly ALPHA_VERIFY_TIMEOUT_MS: number;
  readonly ALPHA_RECONNECT_MIN_MS: number;
  readonly ALPHA_RECONNECT_MAX_MS: number;
  readonly ALPHA_PROBE_MS: number;
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
  answered: () => true,
  close: () => {},
};

type IsVerified = (
  request: { tenantId: string; senderId: string },
  options: { deadline?: Date },
  callback: (error: ServiceError | null, reply?: { verified: boolean; verificationId: string }) => void,
) => void;

/** Asks sender-id-registry (gRPC) at `address`; an answer later than ALPHA_VERIFY_TIMEOUT_MS counts as none. */
export function registryVerifier(
  address: string,
  options: VerifierOptions,
  safeguards: Safeguards,
  metrics: Pick<Metrics, 'alphaVerified'>,
): AlphaVerifier {
  const definition = loadPackageDefinition(
    loadSync(join(import.meta.dirname, '../sender-id-registry.proto'), { defaults: true }),
  );
  const { v1 } = (definition['faultline'] as GrpcObject)['senderid'] as { v1: GrpcObject };
  const Client = v1['SenderIdRegistry'] as ServiceClientConstructor;
  // Between attempts to connect every call is refused at once, and the library would wait for up to two minutes.
  const client = new Client(address, credentials.createInsecure(), {
    'grpc.initial_reconnect_backoff_ms': options.ALPHA_RECONNECT_MIN_MS,
    'grpc.max_reconnect_backoff_ms': options.ALPHA_RECONNECT_MAX_MS,
  });
  const isVerified = (client as unknown as { isVerified: IsVerified }).isVerified.bind(client);
  const callOptions = (): { deadline?: Date } =>
    safeguards.on(ALPHA_VERIFY_DEADLINE) ? { deadline: new Date(Date.now() + options.ALPHA_VERIFY_TIMEOUT_MS) } : {};
  let answered = true;
  let closed = false;
  let probe: NodeJS.Timeout | undefined;
  const heard = (unanswered: boolean): void => {
    answered = !unanswered;
    if (unanswered && !closed) probe ??= setTimeout(look, options.ALPHA_PROBE_MS);
  };
  // Nobody may ask for a sender id for hours: that the registry is back is found out without a tenant.
  const look = (): void => {
    probe = undefined;
    if (answered || closed) return;
    isVerified({ tenantId: '', senderId: '' }, callOptions(), (error, reply) =>
      heard(error !== null || reply === undefined),
    );
  };
  return {
    verify: (tenantId, senderId) =>
      new Promise((resolve, reject) => {
        const start = performance.now();
        isVerified({ tenantId, senderId }, callOptions(), (error, reply) => {
          const unanswered = error !== null || reply === undefined;
          heard(unanswered);
          metrics.alphaVerified((performance.now() - start) / 1000, !unanswered);
          if (unanswered) {
            if (safeguards.on(ALPHA_FAIL_CLOSED)) reject(cannotVerify(error));
            else resolve(undefined);
          } else if (reply.verified) resolve(reply.verificationId);
          else
            reject(
              problem('ALPHA_NOT_VERIFIED', 'The registry has no verification of this sender id for this tenant.'),
            );
        });
      }),
    answered: () => answered,
    close: () => {
      closed = true;
      clearTimeout(probe);
      client.close();
    },
  };
}
