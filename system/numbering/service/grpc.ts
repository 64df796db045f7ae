/** The gRPC API of numbering-service over the same use cases and the same checks as HTTP. */
import { join } from 'node:path';
import {
  loadPackageDefinition,
  Metadata,
  Server,
  ServerCredentials,
  status,
  type GrpcObject,
  type sendUnaryData,
  type ServerUnaryCall,
  type ServiceClientConstructor,
} from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';
import { z } from 'zod';
import { RETRY_HINT } from '../../kit/http.ts';
import { internalProblem, Problem } from '../../kit/problems.ts';
import { problem } from '../domain/problems.ts';
import type { Answer, App, Caller } from './app.ts';
import { operation } from './operation.ts';
import {
  assignSchema,
  browseSchema,
  identifierKeySchema,
  idempotencyKeySchema,
  idSchema,
  recallSchema,
  reserveSchema,
  tenantSchema,
} from './requests.ts';
import { assign } from './use-cases/assign.ts';
import { browse } from './use-cases/browse.ts';
import { recall, reinstate, release } from './use-cases/lease-changes.ts';
import { reserve } from './use-cases/reserve.ts';
import type { ValidateLease } from './use-cases/validate-lease.ts';

type Message = Record<string, unknown>;
type Method = (message: Message) => Promise<object>;

const callerSchema = z.object({ tenantId: tenantSchema, idempotencyKey: idempotencyKeySchema });
const leaseIdSchema = z.object({ leaseId: idSchema });

/** Not given in proto3 is empty, 0 or the enum's first value. */
function given(message: Message): Message {
  return Object.fromEntries(
    Object.entries(message).filter(
      ([, value]) => value !== '' && value !== 0 && !(typeof value === 'string' && value.endsWith('_UNSPECIFIED')),
    ),
  );
}

function read<Schema extends z.ZodType>(schema: Schema, message: Message): z.output<Schema> {
  const result = schema.safeParse(message);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  throw problem('INVALID_REQUEST', `${issue?.path.join('.') ?? ''} ${issue?.message ?? ''}`.trim());
}

async function unwrap<T extends object>(answer: Promise<Answer<T>>): Promise<object> {
  const { body, replayed } = await answer;
  return { ...body, replayed };
}

function methods(app: App, validations: ValidateLease): Record<string, Method> {
  const changing =
    (name: string, work: (caller: Caller, message: Message) => Promise<object>): Method =>
    (message) =>
      operation(app, name, () => work(read(callerSchema, message), message));
  const reading =
    (name: string, work: (tenantId: string, message: Message) => Promise<object>): Method =>
    (message) =>
      operation(app, name, () => work(read(callerSchema, message).tenantId, message));
  return {
    Browse: reading('browse', (tenantId, message) => browse(app, tenantId, read(browseSchema, message))),
    Reserve: changing('reserve', (caller, message) => unwrap(reserve(app, caller, read(reserveSchema, message)))),
    Assign: changing('assign', (caller, message) => unwrap(assign(app, caller, read(assignSchema, message)))),
    Release: changing('release', (caller, message) =>
      unwrap(release(app, caller, read(leaseIdSchema, message).leaseId)),
    ),
    Recall: changing('recall', (caller, message) =>
      unwrap(recall(app, caller, read(leaseIdSchema, message).leaseId, read(recallSchema, message).reason)),
    ),
    Reinstate: changing('reinstate', (caller, message) =>
      unwrap(reinstate(app, caller, read(leaseIdSchema, message).leaseId)),
    ),
    ValidateLease: reading('validate', (tenantId, message) =>
      validations.validate(tenantId, read(identifierKeySchema, message)),
    ),
  };
}

const METADATA_NAMES: Readonly<Record<string, string>> = {
  currentState: 'current-state',
  currentVersion: 'current-version',
  quarantineUntil: 'quarantine-until',
  limit: 'limit',
};

function toStatus(error: Problem, hints: boolean): { code: number; details: string; metadata: Metadata } {
  const metadata = new Metadata();
  metadata.set('code', error.code);
  if (hints && error.retryAfterMs !== undefined) metadata.set('retry-after-ms', String(error.retryAfterMs));
  for (const [member, value] of Object.entries(error.members)) {
    metadata.set(METADATA_NAMES[member] ?? member, String(value));
  }
  return { code: status[error.kind.grpc], details: error.message, metadata };
}

async function answer(
  app: App,
  method: Method,
  call: ServerUnaryCall<Message, object>,
  done: sendUnaryData<object>,
): Promise<void> {
  try {
    done(null, await method(given(call.request)));
  } catch (error) {
    const known = error instanceof Problem ? error : internalProblem(error);
    if (known.kind.http >= 500) app.log.error({ err: known.cause ?? known, code: known.code }, 'call failed');
    done(toStatus(known, app.safeguards.on(RETRY_HINT)));
  }
}

/** Path of `numbering.proto`. */
export const PROTO_FILE = join(import.meta.dirname, '../numbering.proto');

/** Starts the server on `host:port` and gives it with the port it listens on. */
export async function startGrpc(
  app: App,
  validations: ValidateLease,
  host: string,
  port: number,
): Promise<{ server: Server; port: number }> {
  const definition = loadPackageDefinition(loadSync(PROTO_FILE, { enums: String, longs: Number, defaults: true }));
  const { v1 } = (definition['faultline'] as GrpcObject)['numbering'] as { v1: GrpcObject };
  const { service } = v1['Numbering'] as ServiceClientConstructor;
  const server = new Server();
  server.addService(
    service,
    Object.fromEntries(
      Object.entries(methods(app, validations)).map(([name, method]) => [
        name,
        (call: ServerUnaryCall<Message, object>, done: sendUnaryData<object>) => void answer(app, method, call, done),
      ]),
    ),
  );
  const bound = await new Promise<number>((resolve, reject) => {
    server.bindAsync(`${host}:${port}`, ServerCredentials.createInsecure(), (error, at) =>
      error === null ? resolve(at) : reject(error),
    );
  });
  return { server, port: bound };
}

/** Lets running calls end; whatever still runs after `graceMs` is cut off. */
export function stopGrpc(server: Server, graceMs: number): Promise<void> {
  return new Promise((resolve) => {
    const limit = setTimeout(() => {
      server.forceShutdown();
      resolve();
    }, graceMs);
    server.tryShutdown(() => {
      clearTimeout(limit);
      resolve();
    });
  });
}
