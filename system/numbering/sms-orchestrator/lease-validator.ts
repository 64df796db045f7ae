/** ValidateLease of numbering-service, over gRPC. */
import { join } from 'node:path';
import {
  credentials,
  loadPackageDefinition,
  type Client,
  type GrpcObject,
  type ServiceClientConstructor,
  type ServiceError,
} from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';
import type { Outbound, Validation } from './messages.ts';

/** `unavailable`: numbering-service cannot tell, or does not answer. */
export type Verdict =
  | { readonly kind: 'valid'; readonly validation: Validation }
  | { readonly kind: 'invalid'; readonly reason: string }
  | { readonly kind: 'unavailable' };

interface Reply {
  readonly valid: boolean;
  readonly reason: string;
  readonly leaseId: string;
  readonly version: number;
  readonly source: string;
  readonly readAgeMs: number;
}

type ValidateLease = (
  request: { tenantId: string; kind: string; value: string },
  options: { deadline: Date },
  callback: (error: ServiceError | null, reply?: Reply) => void,
) => void;

const OPTIONS = { 'grpc.initial_reconnect_backoff_ms': 100, 'grpc.max_reconnect_backoff_ms': 1000 };

/** Asks the instances in turn; the one after, where one cannot tell. */
export class LeaseValidator {
  readonly #clients: readonly Client[];
  readonly #timeoutMs: number;
  #next = 0;

  /** @param addresses host:port of each instance */
  constructor(addresses: readonly string[], timeoutMs: number) {
    const definition = loadPackageDefinition(
      loadSync(join(import.meta.dirname, '../numbering.proto'), { enums: String, longs: Number, defaults: true }),
    );
    const { v1 } = (definition['faultline'] as GrpcObject)['numbering'] as { v1: GrpcObject };
    const Numbering = v1['Numbering'] as ServiceClientConstructor;
    this.#clients = addresses.map((address) => new Numbering(address, credentials.createInsecure(), OPTIONS));
    this.#timeoutMs = timeoutMs;
  }

  async validate({ tenantId, from }: Pick<Outbound, 'tenantId' | 'from'>): Promise<Verdict> {
    const first = this.#next++;
    for (let nth = 0; nth < this.#clients.length; nth += 1) {
      const client = this.#clients[(first + nth) % this.#clients.length];
      const reply = client === undefined ? undefined : await this.#ask(client, { tenantId, ...from });
      if (reply === undefined) continue;
      const { valid, reason, leaseId, version, source, readAgeMs } = reply;
      return valid
        ? { kind: 'valid', validation: { leaseId, version, source, readAgeMs } }
        : { kind: 'invalid', reason };
    }
    return { kind: 'unavailable' };
  }

  #ask(client: Client, request: Parameters<ValidateLease>[0]): Promise<Reply | undefined> {
    const { validateLease } = client as unknown as { validateLease: ValidateLease };
    return new Promise((resolve) => {
      const deadline = new Date(Date.now() + this.#timeoutMs);
      // Whatever is not an answer about the lease is none: fail closed.
      validateLease.call(client, request, { deadline }, (error, reply) => resolve(error === null ? reply : undefined));
    });
  }

  close(): void {
    for (const client of this.#clients) client.close();
  }
}
