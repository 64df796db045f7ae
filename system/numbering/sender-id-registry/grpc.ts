/** The gRPC API of the registry: `sender-id-registry.proto`. */
import { join } from 'node:path';
import {
  loadPackageDefinition,
  Server,
  ServerCredentials,
  status,
  type GrpcObject,
  type sendUnaryData,
  type ServerUnaryCall,
  type ServiceClientConstructor,
} from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';
import type { Logger } from '../../kit/logging.ts';

interface Request {
  readonly tenantId: string;
  readonly senderId: string;
}

interface Reply {
  readonly verified: boolean;
  readonly verificationId: string;
}

const PROTO_FILE = join(import.meta.dirname, '../sender-id-registry.proto');

/** Serves IsVerified on `address`; `verify` gives the id of a positive answer. */
export async function startGrpc(
  verify: (tenantId: string, senderId: string) => Promise<string | undefined>,
  address: string,
  log: Logger,
): Promise<Server> {
  const definition = loadPackageDefinition(loadSync(PROTO_FILE, { defaults: true }));
  const { v1 } = (definition['faultline'] as GrpcObject)['senderid'] as { v1: GrpcObject };
  const { service } = v1['SenderIdRegistry'] as ServiceClientConstructor;
  const isVerified = async (
    { request }: ServerUnaryCall<Request, Reply>,
    done: sendUnaryData<Reply>,
  ): Promise<void> => {
    try {
      const id = await verify(request.tenantId, request.senderId);
      done(null, { verified: id !== undefined, verificationId: id ?? '' });
    } catch (error) {
      log.error({ err: error }, 'a verification failed');
      done({ code: status.UNAVAILABLE, details: 'The registry cannot tell now.' });
    }
  };
  const server = new Server();
  server.addService(service, {
    IsVerified: (call: ServerUnaryCall<Request, Reply>, done: sendUnaryData<Reply>) => void isVerified(call, done),
  });
  await new Promise<number>((resolve, reject) => {
    server.bindAsync(address, ServerCredentials.createInsecure(), (error, port) =>
      error === null ? resolve(port) : reject(error),
    );
  });
  return server;
}
