/** An error as the JetStream API answers it. Codes and texts: nats-server's server/errors.json. */
export interface ApiError {
  readonly code: number;
  readonly err_code: number;
  readonly description: string;
}

const fixed = (code: number, err_code: number, description: string): ApiError => ({ code, err_code, description });

export const ERRORS = {
  notAvailable: fixed(503, 10008, 'JetStream system temporarily unavailable'),
  badRequest: fixed(400, 10003, 'bad request'),
  notEmptyRequest: fixed(400, 10038, 'expected an empty request payload'),
  noPeers: fixed(400, 10005, 'no suitable peers for placement'),
  streamNotFound: fixed(404, 10059, 'stream not found'),
  streamMismatch: fixed(400, 10056, 'stream name in subject does not match request'),
  streamNameExists: fixed(400, 10058, 'stream name already in use with a different configuration'),
  subjectsOverlap: fixed(400, 10065, 'subjects overlap with an existing stream'),
  streamNotMatch: fixed(400, 10060, 'expected stream does not match'),
  replicasNotSupported: fixed(500, 10074, 'replicas > 1 not supported in non-clustered mode'),
  replicasNegative: fixed(400, 10133, 'replicas count cannot be negative'),
  messageTooLarge: fixed(400, 10054, 'message size exceeds maximum allowed'),
  duplicateInProcess: fixed(409, 10158, 'duplicate message id is in process'),
  noMessage: fixed(404, 10037, 'no message found'),
  rollupFailed: fixed(500, 10111, 'rollup not permitted'),
  consumerNotFound: fixed(404, 10014, 'consumer not found'),
  consumerExists: fixed(400, 10148, 'consumer already exists'),
  consumerDoesNotExist: fixed(400, 10149, 'consumer does not exist'),
  consumerNameExists: fixed(400, 10013, 'consumer name already in use'),
  maximumConsumers: fixed(400, 10026, 'maximum consumers limit reached'),
  durableNameNotInSubject: fixed(400, 10016, 'consumer expected to be durable but no durable name set in subject'),
  durableNameNotSet: fixed(400, 10018, 'consumer expected to be durable but a durable name was not set'),
  durableNameMismatch: fixed(400, 10017, 'consumer name in subject does not match durable name in request'),
  ephemeralWithDurableName: fixed(
    400,
    10020,
    'consumer expected to be ephemeral but a durable name was set in request',
  ),
  durableAndNameDiffer: fixed(400, 10132, 'Consumer Durable and Name have to be equal if both are provided'),
  filterMismatch: fixed(400, 10131, 'Consumer create request did not match filtered subject from create subject'),
  multipleFiltersNotAllowed: fixed(400, 10137, 'consumer with multiple subject filters cannot use subject based API'),
  duplicateFilters: fixed(400, 10136, 'consumer cannot have both FilterSubject and FilterSubjects specified'),
  overlappingFilters: fixed(400, 10138, 'consumer subject filters cannot overlap'),
  emptyFilter: fixed(400, 10139, 'consumer filter in FilterSubjects cannot be empty'),
  maxDeliverBackoff: fixed(400, 10116, 'max deliver is required to be > length of backoff values'),
  backoffNegative: fixed(400, 10184, 'consumer backoff needs to be positive'),
  ackWaitNegative: fixed(400, 10183, 'consumer ack wait needs to be positive'),
  deliverToWildcards: fixed(400, 10079, 'consumer deliver subject has wildcards'),
  deliverCycle: fixed(400, 10081, 'consumer deliver subject forms a cycle'),
  pushMaxWaiting: fixed(400, 10080, 'consumer in push mode can not set max waiting'),
  maxPendingRequiresAck: fixed(400, 10082, 'consumer requires ack policy for max ack pending'),
  smallHeartbeat: fixed(400, 10083, 'consumer idle heartbeat needs to be >= 100ms'),
  pullRequiresAck: fixed(400, 10084, 'consumer in pull mode requires explicit ack policy on workqueue stream'),
  heartbeatRequiresPush: fixed(400, 10088, 'consumer idle heartbeat requires a push based consumer'),
  flowControlRequiresPush: fixed(400, 10089, 'consumer flow control requires a push based consumer'),
  flowControlNeedsHeartbeats: fixed(400, 10108, 'consumer with flow control also needs heartbeats'),
  consumerReplicasExceed: fixed(400, 10126, 'consumer config replica count exceeds parent stream'),
  workQueueExplicitAck: fixed(400, 10098, 'workqueue stream requires explicit ack'),
  workQueueUnfiltered: fixed(400, 10099, 'multiple non-filtered consumers not allowed on workqueue stream'),
  workQueueNotUnique: fixed(400, 10100, 'filtered consumer not unique on workqueue stream'),
  workQueueDeliverAll: fixed(400, 10101, 'consumer must be deliver all on workqueue stream'),
} as const satisfies Readonly<Record<string, ApiError>>;

export const invalidJson = (reason: string): ApiError => fixed(400, 10025, `invalid JSON: ${reason}`);
export const invalidStreamConfig = (reason: string): ApiError => fixed(500, 10052, reason);
export const invalidPolicy = (reason: string): ApiError => fixed(400, 10094, reason);
export const consumerCreateFailed = (reason: string): ApiError => fixed(500, 10012, reason);
export const wrongLastSequence = (sequence: number): ApiError => fixed(400, 10071, `wrong last sequence: ${sequence}`);
export const wrongLastMessageId = (id: string): ApiError => fixed(400, 10070, `wrong last msg ID: ${id}`);
export const storeFailed = (reason: string): ApiError => fixed(503, 10077, reason);
export const deleteFailed = (reason: string): ApiError => fixed(500, 10057, reason);
export const sequenceNotFound = (sequence: number): ApiError => fixed(400, 10043, `sequence ${sequence} not found`);
export const purgeFailed = (reason: string): ApiError => fixed(500, 10110, reason);

/** The request is refused. */
export class Refused extends Error {
  override readonly name = 'Refused';
  readonly error: ApiError;

  constructor(error: ApiError) {
    super(error.description);
    this.error = error;
  }
}
