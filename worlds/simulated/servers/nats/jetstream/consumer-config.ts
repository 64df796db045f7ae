import { isAssetName, isLiteral, isSubset, isValid, matches } from '../subjects.ts';
import { ERRORS, Refused, invalidPolicy, invalidStreamConfig } from './errors.ts';
import { type StreamConfig, numberOf, serverMetadata } from './stream-config.ts';

/** A consumer's configuration in the API's own names; durations in nanoseconds. */
export interface ConsumerConfig {
  readonly durable_name?: string;
  readonly name?: string;
  readonly description?: string;
  readonly deliver_policy: 'all' | 'last' | 'new' | 'by_start_sequence' | 'by_start_time' | 'last_per_subject';
  readonly opt_start_seq?: number;
  readonly opt_start_time?: string;
  readonly ack_policy: 'none' | 'all' | 'explicit';
  readonly ack_wait?: number;
  readonly max_deliver: number;
  readonly backoff?: readonly number[];
  readonly filter_subject?: string;
  readonly filter_subjects?: readonly string[];
  readonly replay_policy: 'instant' | 'original';
  readonly max_waiting?: number;
  readonly max_ack_pending?: number;
  readonly flow_control?: boolean;
  readonly idle_heartbeat?: number;
  readonly headers_only?: boolean;
  readonly max_batch?: number;
  readonly max_expires?: number;
  readonly max_bytes?: number;
  readonly inactive_threshold?: number;
  readonly deliver_subject?: string;
  readonly deliver_group?: string;
  readonly num_replicas: number;
  readonly mem_storage?: boolean;
  readonly pause_until?: string;
  readonly metadata?: Readonly<Record<string, string>>;
}

const ACK_WAIT = 30e9;
const MAX_WAITING = 512;
const MAX_ACK_PENDING = 1000;
/** Of a consumer that is not durable. */
const INACTIVE_THRESHOLD = 5e9;
const NOT_SERVED = ['rate_limit_bps', 'priority_groups', 'priority_timeout', 'direct', 'sample_freq'];

/**
 * A request's configuration with the server's defaults.
 * @throws Refused as nats-server's checkConsumerCfg does
 */
export function consumerConfig(asked: Readonly<Record<string, unknown>>, stream: StreamConfig): ConsumerConfig {
  const given = asked as Partial<ConsumerConfig>;
  for (const key of NOT_SERVED) {
    if (asked[key] !== undefined && asked[key] !== 0 && asked[key] !== false && asked[key] !== '')
      throw new Refused(invalidStreamConfig(`the simulated server does not serve ${key}`));
  }
  const push = (given.deliver_subject ?? '') !== '';
  const ack = given.ack_policy ?? 'none';
  const backoff = given.backoff ?? [];
  const maxDeliver = numberOf(asked, 'max_deliver');
  const durable = given.durable_name ?? '';
  const config: ConsumerConfig = {
    ...(durable === '' ? {} : { durable_name: durable }),
    ...optional('name', given.name || durable || undefined),
    ...optional('description', given.description || undefined),
    deliver_policy: given.deliver_policy ?? 'all',
    ...optional('opt_start_seq', given.opt_start_seq || undefined),
    ...optional('opt_start_time', given.opt_start_time),
    ack_policy: ack,
    ...optional('ack_wait', backoff[0] ?? (given.ack_wait || (ack === 'none' ? undefined : ACK_WAIT))),
    max_deliver: maxDeliver === 0 || maxDeliver < -1 ? -1 : maxDeliver,
    ...optional('backoff', backoff.length === 0 ? undefined : backoff),
    ...optional('filter_subject', given.filter_subject || undefined),
    ...optional('filter_subjects', given.filter_subjects?.length === 0 ? undefined : given.filter_subjects),
    replay_policy: given.replay_policy ?? 'instant',
    ...optional('max_waiting', push ? given.max_waiting || undefined : given.max_waiting || MAX_WAITING),
    ...optional(
      'max_ack_pending',
      given.max_ack_pending || stream.consumer_limits.max_ack_pending || (ack === 'none' ? undefined : MAX_ACK_PENDING),
    ),
    ...optional('flow_control', given.flow_control || undefined),
    ...optional('idle_heartbeat', given.idle_heartbeat || undefined),
    ...optional('headers_only', given.headers_only || undefined),
    ...optional('max_batch', given.max_batch || undefined),
    ...optional('max_expires', given.max_expires || undefined),
    ...optional('max_bytes', given.max_bytes || undefined),
    ...optional(
      'inactive_threshold',
      given.inactive_threshold ||
        stream.consumer_limits.inactive_threshold ||
        (durable === '' ? INACTIVE_THRESHOLD : undefined),
    ),
    ...optional('deliver_subject', given.deliver_subject || undefined),
    ...optional('deliver_group', given.deliver_group || undefined),
    num_replicas: numberOf(asked, 'num_replicas'),
    ...optional('mem_storage', given.mem_storage || undefined),
    ...optional('pause_until', given.pause_until),
    metadata: serverMetadata(given.metadata),
  };
  check(config, stream);
  return config;
}

function optional<K extends string, V>(key: K, value: V | undefined): { [key in K]?: V } {
  return value === undefined ? {} : ({ [key]: value } as { [key in K]: V });
}

export function filtersOf(config: ConsumerConfig): readonly string[] {
  return config.filter_subjects ?? (config.filter_subject === undefined ? [] : [config.filter_subject]);
}

function check(config: ConsumerConfig, stream: StreamConfig): void {
  const refuse = (wrong: boolean, error: (typeof ERRORS)[keyof typeof ERRORS]): void => {
    if (wrong) throw new Refused(error);
  };
  for (const [what, name] of [
    ['name', config.name],
    ['durable name', config.durable_name],
  ] as const) {
    if (name !== undefined && !isAssetName(name))
      throw new Refused(invalidStreamConfig(`consumer ${what} can not contain '.', '*', '>', '\\', '/'`));
  }
  refuse(config.num_replicas > stream.num_replicas, ERRORS.consumerReplicasExceed);
  refuse(config.num_replicas < 0, ERRORS.replicasNegative);
  const backoff = config.backoff ?? [];
  refuse(
    backoff.some((wait) => wait < 0),
    ERRORS.backoffNegative,
  );
  refuse((config.ack_wait ?? 0) < 0, ERRORS.ackWaitNegative);
  refuse(config.max_deliver !== -1 && backoff.length > config.max_deliver, ERRORS.maxDeliverBackoff);
  const { deliver_subject: deliver } = config;
  if (deliver === undefined) {
    refuse(config.ack_policy === 'none' && stream.retention === 'workqueue', ERRORS.pullRequiresAck);
    refuse(config.idle_heartbeat !== undefined, ERRORS.heartbeatRequiresPush);
    refuse(config.flow_control === true, ERRORS.flowControlRequiresPush);
  } else {
    refuse(!isLiteral(deliver), ERRORS.deliverToWildcards);
    refuse(
      (stream.subjects ?? []).some((subject) => matches(deliver, subject)),
      ERRORS.deliverCycle,
    );
    refuse(config.max_waiting !== undefined, ERRORS.pushMaxWaiting);
    refuse((config.max_ack_pending ?? 0) > 0 && config.ack_policy === 'none', ERRORS.maxPendingRequiresAck);
    refuse(config.idle_heartbeat !== undefined && config.idle_heartbeat < 100e6, ERRORS.smallHeartbeat);
    refuse(config.flow_control === true && config.idle_heartbeat === undefined, ERRORS.flowControlNeedsHeartbeats);
  }
  refuse(config.filter_subject !== undefined && config.filter_subjects !== undefined, ERRORS.duplicateFilters);
  const filters = filtersOf(config);
  refuse(filters.includes(''), ERRORS.emptyFilter);
  if (!filters.every(isValid)) throw new Refused(invalidStreamConfig('invalid subject'));
  refuse(
    filters.some((one, at) => filters.some((other, before) => at !== before && isSubset(one, other))),
    ERRORS.overlappingFilters,
  );
  checkStart(config);
  if (config.durable_name !== undefined) refuse(config.durable_name !== config.name, ERRORS.durableAndNameDiffer);
}

const POLICY_WORDS: Readonly<Record<ConsumerConfig['deliver_policy'], string>> = {
  all: 'all',
  last: 'last',
  last_per_subject: 'last per subject',
  new: 'new',
  by_start_sequence: 'by start sequence',
  by_start_time: 'by start time',
};

function checkStart(config: ConsumerConfig): void {
  const { deliver_policy: policy } = config;
  const words = POLICY_WORDS[policy];
  const also = (start: string): never => {
    throw new Refused(
      invalidPolicy(`consumer delivery policy is deliver ${words}, but optional start ${start} is also set`),
    );
  };
  const missing = (what: string): never => {
    throw new Refused(invalidPolicy(`consumer delivery policy is deliver ${words}, but optional ${what} is not set`));
  };
  if (policy === 'by_start_sequence') {
    if (config.opt_start_seq === undefined) missing('start sequence');
  } else if (config.opt_start_seq !== undefined) also('sequence');
  if (policy === 'by_start_time') {
    if (config.opt_start_time === undefined) missing('start time');
  } else if (config.opt_start_time !== undefined) also('time');
  if (policy === 'last_per_subject' && filtersOf(config).length === 0) missing('filter subject');
}
