import { token } from '../node.ts';
import type { ApiCall, ApiRequest } from './api.ts';
import { page } from './api-streams.ts';
import { clusterInfo } from './cluster-info.ts';
import { Consumer } from './consumer.ts';
import { type ConsumerConfig, consumerConfig, filtersOf } from './consumer-config.ts';
import { ERRORS, Refused, consumerCreateFailed } from './errors.ts';
import type { Stream } from './stream.ts';
import { sameConfig } from './stream-config.ts';
import { timestamp } from './time.ts';
import { overlaps } from '../subjects.ts';

const NAMES_LIMIT = 1024;
const LIST_LIMIT = 256;

function infoOf(consumer: Consumer, { node }: ApiCall): object {
  const { stream, state, redelivery, config } = consumer;
  const last = (at: number | undefined): object => (at === undefined ? {} : { last_active: timestamp(at) });
  const { pause_until: until } = config;
  return {
    stream_name: stream.name,
    name: consumer.name,
    created: timestamp(consumer.createdAt),
    config,
    delivered: {
      consumer_seq: state.deliverySequence - 1,
      stream_seq: state.deliveredStream,
      ...last(state.lastDeliveryAt),
    },
    ack_floor: { consumer_seq: state.ackFloorDelivery, stream_seq: state.ackFloorStream, ...last(state.lastAckAt) },
    num_ack_pending: redelivery.pending,
    num_redelivered: redelivery.redelivered,
    num_waiting: consumer.push ? 0 : consumer.waiting,
    num_pending: consumer.pending,
    ...(stream.cluster.clustered ? { cluster: clusterInfo(stream, node) } : {}),
    ...(consumer.push && consumer.active ? { push_bound: true } : {}),
    ...(until !== undefined && consumer.paused()
      ? { paused: true, pause_remaining: Math.round((Date.parse(until) - node.host.now()) * 1e6) }
      : {}),
    ts: timestamp(node.host.now()),
  };
}

/** `CONSUMER.CREATE.<stream>[.<consumer>[.<filter>]]` */
function create(call: ApiCall): object | undefined {
  const [streamName = '', consumerName, ...filter] = call.names;
  const asked = call.body();
  if (asked['stream_name'] !== streamName) throw new Refused(ERRORS.streamMismatch);
  const config = (asked['config'] as Record<string, unknown> | undefined) ?? {};
  if (consumerName === undefined) {
    if (config['durable_name']) throw new Refused(ERRORS.ephemeralWithDurableName);
  } else if (config['durable_name'] && config['durable_name'] !== consumerName) {
    throw new Refused(ERRORS.durableNameMismatch);
  }
  if (filter.length > 0) {
    if (((config['filter_subjects'] as unknown[] | undefined) ?? []).length > 0)
      throw new Refused(ERRORS.multipleFiltersNotAllowed);
    if (config['filter_subject'] !== filter.join('.')) throw new Refused(ERRORS.filterMismatch);
  }
  return add(call, consumerName === undefined ? config : { ...config, name: consumerName });
}

/** `CONSUMER.DURABLE.CREATE.<stream>.<consumer>` */
function createDurable(call: ApiCall): object | undefined {
  const [streamName, consumerName] = call.names;
  const asked = call.body();
  if (asked['stream_name'] !== streamName) throw new Refused(ERRORS.streamMismatch);
  const config = (asked['config'] as Record<string, unknown> | undefined) ?? {};
  if (consumerName === undefined) throw new Refused(ERRORS.durableNameNotInSubject);
  if (!config['durable_name']) throw new Refused(ERRORS.durableNameNotSet);
  if (config['durable_name'] !== consumerName) throw new Refused(ERRORS.durableNameMismatch);
  return add(call, { ...config, name: consumerName });
}

function add(call: ApiCall, asked: Readonly<Record<string, unknown>>): object | undefined {
  if (!call.jetstream.cluster.clustered && Number(asked['num_replicas'] ?? 0) > 1)
    throw new Refused(ERRORS.replicasNotSupported);
  const stream = call.stream();
  const action = call.body()['action'] as string | undefined;
  const config = consumerConfig(asked, stream.config);
  check(stream, config, action);
  call.agreed(() => {
    const existing = stream.consumers.get(config.name ?? '');
    if (existing !== undefined) {
      check(stream, config, action);
      existing.reconfigure({ ...config, ...(config.pause_until ? {} : pauseOf(existing.config)) });
      return infoOf(existing, call);
    }
    const name = config.name ?? token(stream.cluster.host, 8);
    const made = config.name === undefined ? { ...config } : config;
    const consumer = new Consumer(stream, made, name, call.node.host.now());
    stream.consumers.set(name, consumer);
    consumer.lead(stream.leader);
    return infoOf(consumer, call);
  });
  return undefined;
}

const pauseOf = ({ pause_until: until }: ConsumerConfig): { pause_until?: string } =>
  until === undefined ? {} : { pause_until: until };

/** What of an existing consumer cannot be changed, in nats-server's order and words. */
const FIXED: readonly (readonly [field: keyof ConsumerConfig, reason: string])[] = [
  ['deliver_policy', 'deliver policy can not be updated'],
  ['mem_storage', 'storage type can not be updated'],
  ['opt_start_seq', 'start sequence can not be updated'],
  ['opt_start_time', 'start time can not be updated'],
  ['ack_policy', 'ack policy can not be updated'],
  ['replay_policy', 'replay policy can not be updated'],
  ['idle_heartbeat', 'heart beats can not be updated'],
  ['flow_control', 'flow control can not be updated'],
];

function check(stream: Stream, config: ConsumerConfig, action: string | undefined): void {
  const existing = stream.consumers.get(config.name ?? '');
  if (existing === undefined) {
    if (action === 'update') throw new Refused(ERRORS.consumerDoesNotExist);
    const most = stream.config.max_consumers;
    if (most > 0 && stream.consumers.size >= most) throw new Refused(ERRORS.maximumConsumers);
    if (stream.config.retention === 'workqueue') checkWorkQueue(stream, config);
    return;
  }
  if (action === 'create' && !sameConfig(existing.config, { ...config, ...pauseOf(existing.config) }))
    throw new Refused(ERRORS.consumerExists);
  for (const [field, reason] of FIXED)
    if (existing.config[field] !== config[field]) throw new Refused(consumerCreateFailed(reason));
  const [before, after] = [existing.config.deliver_subject, config.deliver_subject];
  if (before !== after) {
    if (before === undefined) throw new Refused(consumerCreateFailed('can not update pull consumer to push based'));
    if (after === undefined) throw new Refused(consumerCreateFailed('can not update push consumer to pull based'));
    if (existing.active) throw new Refused(ERRORS.consumerNameExists);
  }
  if (existing.config.max_waiting !== config.max_waiting)
    throw new Refused(consumerCreateFailed('max waiting can not be updated'));
}

function checkWorkQueue(stream: Stream, config: ConsumerConfig): void {
  if (config.ack_policy !== 'explicit') throw new Refused(ERRORS.workQueueExplicitAck);
  if (config.deliver_policy !== 'all') throw new Refused(ERRORS.workQueueDeliverAll);
  if (stream.consumers.size === 0) return;
  const filters = filtersOf(config);
  if (filters.length === 0) throw new Refused(ERRORS.workQueueUnfiltered);
  const taken = [...stream.consumers.values()].some(
    (other) =>
      other.filters.length === 0 || other.filters.some((theirs) => filters.some((ours) => overlaps(ours, theirs))),
  );
  if (taken) throw new Refused(ERRORS.workQueueNotUnique);
}

function found(call: ApiCall): Consumer {
  const consumer = call.stream().consumers.get(call.names[1] ?? '');
  if (consumer === undefined) throw new Refused(ERRORS.consumerNotFound);
  return consumer;
}

function remove(call: ApiCall): object | undefined {
  if (!call.empty) throw new Refused(ERRORS.notEmptyRequest);
  const consumer = found(call);
  call.agreed(() => {
    consumer.stream.consumers.delete(consumer.name);
    consumer.close();
    return { success: true };
  });
  return undefined;
}

function sorted(call: ApiCall): readonly Consumer[] {
  return [...call.stream().consumers.values()].toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

function names(call: ApiCall): object {
  const { items, head } = page(call, sorted(call), NAMES_LIMIT);
  return { ...head, consumers: items.map(({ name }) => name) };
}

function list(call: ApiCall): object {
  const { items, head } = page(call, sorted(call), LIST_LIMIT);
  return { ...head, consumers: items.map((consumer) => infoOf(consumer, call)) };
}

function pause(call: ApiCall): object | undefined {
  const consumer = found(call);
  const until = call.body()['pause_until'] as string | undefined;
  const at = until === undefined ? 0 : Date.parse(until);
  call.agreed(() => {
    const now = call.node.host.now();
    const paused = at > now;
    const { pause_until: _, ...rest } = consumer.config;
    consumer.reconfigure(paused ? { ...rest, pause_until: until! } : rest);
    if (paused) call.node.host.after(at - now, () => consumer.pump());
    return {
      paused,
      pause_until: until ?? timestamp(undefined),
      ...(paused ? { pause_remaining: Math.round((at - now) * 1e6) } : {}),
    };
  });
  return undefined;
}

function stepDown(call: ApiCall): object {
  return { success: found(call).stream.group.stepDown() };
}

const request = (type: string, answer: ApiRequest): { readonly type: string; readonly answer: ApiRequest } => ({
  type,
  answer,
});

export const consumerRequests: Readonly<Record<string, { readonly type: string; readonly answer: ApiRequest }>> = {
  'CONSUMER.CREATE': request('consumer_create_response', create),
  'CONSUMER.DURABLE.CREATE': request('consumer_create_response', createDurable),
  'CONSUMER.INFO': request('consumer_info_response', (call) => infoOf(found(call), call)),
  'CONSUMER.DELETE': request('consumer_delete_response', remove),
  'CONSUMER.NAMES': request('consumer_names_response', names),
  'CONSUMER.LIST': request('consumer_list_response', list),
  'CONSUMER.PAUSE': request('consumer_pause_response', pause),
  'CONSUMER.LEADER.STEPDOWN': request('consumer_leader_stepdown_response', stepDown),
};
