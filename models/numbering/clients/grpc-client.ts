import { join } from 'node:path';
import { credentials, loadPackageDefinition } from '@grpc/grpc-js';
import type { Client, GrpcObject, Metadata, ServiceClientConstructor, ServiceError } from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';
import type { Endpoint, Ms } from '../../../contract/index.ts';
import { refused, unanswered } from './answer.ts';
import type { Answer } from './answer.ts';
import type { Call } from './call.ts';

// Read when the module is loaded: during a run no file is.
const definition = loadPackageDefinition(
  loadSync(join(import.meta.dirname, '../../../system/numbering/numbering.proto'), {
    enums: String,
    longs: Number,
    defaults: true,
  }),
);
const { v1 } = (definition['faultline'] as GrpcObject)['numbering'] as { v1: GrpcObject };
const Numbering = v1['Numbering'] as ServiceClientConstructor;

const OPTIONS = {
  'grpc.initial_reconnect_backoff_ms': 100,
  'grpc.max_reconnect_backoff_ms': 1000,
  // The clients of this model do not try again: a second execution would be theirs, not the service's.
  'grpc.enable_retries': 0,
  // The pool that all channels of a process share would hand a connection of the run before to the next one.
  'grpc.use_local_subchannel_pool': 1,
};

type Reply = (error: ServiceError | null, message: Readonly<Record<string, unknown>> | undefined) => void;
type Method = (request: object, options: { readonly deadline: number }, reply: Reply) => void;

/** The gRPC API of one instance of numbering-service. */
export class GrpcClient {
  readonly #client: Client;
  readonly #deadlineMs: Ms;

  constructor({ host, port }: Endpoint, deadlineMs: Ms) {
    this.#client = new Numbering(`${host}:${port}`, credentials.createInsecure(), OPTIONS);
    this.#deadlineMs = deadlineMs;
  }

  /** Never rejects: what went wrong is the answer. */
  call({ grpc, input, writes }: Call, idempotencyKey: string | undefined): Promise<Answer> {
    if (grpc === undefined) throw new Error('the call has no gRPC method');
    const request = { ...grpc.message, tenantId: input.tenantId, idempotencyKey: idempotencyKey ?? '' };
    const method = (this.#client as unknown as Record<string, Method>)[grpc.method];
    if (method === undefined) throw new Error(`numbering.proto has no method ${grpc.method}`);
    return new Promise((resolve) => {
      method.call(this.#client, request, { deadline: Date.now() + this.#deadlineMs }, (error, message) => {
        if (error === null) resolve({ outcome: 'ok', result: message ?? {} });
        else resolve(answerOf(error, writes));
      });
    });
  }

  close(): void {
    this.#client.close();
  }
}

/** The service's own refusals carry the problem's code in their metadata; a status without it comes from the connection. */
function answerOf(error: ServiceError, writes: boolean): Answer {
  const code = first(error.metadata, 'code');
  if (code === undefined) return unanswered({ code: `GRPC ${error.code} ${error.details}` });
  const state = first(error.metadata, 'current-state');
  const version = first(error.metadata, 'current-version');
  const retryAfterMs = first(error.metadata, 'retry-after-ms');
  return refused(writes, code, {
    grpcStatus: error.code,
    ...(state === undefined ? {} : { currentState: state }),
    ...(version === undefined ? {} : { currentVersion: Number(version) }),
    ...(retryAfterMs === undefined ? {} : { retryAfterMs: Number(retryAfterMs) }),
  });
}

function first(metadata: Metadata, name: string): string | undefined {
  return metadata.get(name)[0]?.toString();
}
