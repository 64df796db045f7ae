import type { ApiCall, ApiRequest } from './api.ts';
import { clusterInfo } from './cluster-info.ts';
import { ERRORS, Refused, deleteFailed, purgeFailed, sequenceNotFound } from './errors.ts';
import type { Stored } from './store.ts';
import type { Stream } from './stream.ts';
import { numberOf, sameConfig, streamConfig, updatedStreamConfig } from './stream-config.ts';
import { timestamp } from './time.ts';

const NAMES_LIMIT = 1024;
const LIST_LIMIT = 256;
const SUBJECTS_LIMIT = 100_000;

function infoOf(stream: Stream, call: ApiCall, state: object = stream.state()): object {
  return {
    config: stream.config,
    created: timestamp(stream.createdAt),
    state,
    ...(stream.cluster.clustered ? { cluster: clusterInfo(stream, call.node) } : {}),
    ts: timestamp(call.node.host.now()),
  };
}

function create(call: ApiCall): object | undefined {
  const { jetstream, node, names } = call;
  const body = call.body();
  const config = streamConfig(body);
  if (config.name !== names[0]) throw new Refused(ERRORS.streamMismatch);
  const existing = jetstream.streams.get(config.name);
  if (existing !== undefined) {
    if (!sameConfig(existing.config, config)) throw new Refused(ERRORS.streamNameExists);
    return { ...infoOf(existing, call), ...(jetstream.cluster.clustered ? {} : { did_create: true }) };
  }
  if (!jetstream.cluster.clustered && config.num_replicas > 1) throw new Refused(ERRORS.replicasNotSupported);
  jetstream.checkSubjects(config);
  call.agreed(() => {
    const raced = jetstream.streams.get(config.name);
    if (raced !== undefined && !sameConfig(raced.config, config)) throw new Refused(ERRORS.streamNameExists);
    return { ...infoOf(raced ?? jetstream.create(config, node), call), did_create: true };
  });
  return undefined;
}

function update(call: ApiCall): object | undefined {
  const { jetstream, names } = call;
  const body = call.body();
  if (body['name'] !== names[0]) throw new Refused(ERRORS.streamMismatch);
  const stream = call.stream();
  const config = updatedStreamConfig(stream.config, body);
  if (config.num_replicas !== stream.config.num_replicas) throw new Refused(ERRORS.replicasNotSupported);
  jetstream.checkSubjects(config);
  call.agreed(() => {
    stream.reconfigure(config);
    return infoOf(stream, call);
  });
  return undefined;
}

function info(call: ApiCall): object {
  const stream = call.jetstream.streams.get(call.names[0] ?? '');
  if (stream === undefined) return { error: ERRORS.streamNotFound, total: 0, offset: 0, limit: 0 };
  const body = call.body();
  const filter = body['subjects_filter'] as string | undefined;
  const state = stream.state({
    deleted: body['deleted_details'] === true,
    ...(filter === undefined ? {} : { subjects: filter }),
  }) as { subjects?: object };
  const total = Object.keys(state.subjects ?? {}).length;
  const head = { total, offset: 0, limit: filter === undefined ? 0 : SUBJECTS_LIMIT };
  return { ...head, ...infoOf(stream, call, state), cluster: clusterInfo(stream, call.node) };
}

function named(call: ApiCall): readonly Stream[] {
  const body = call.body();
  const subject = body['subject'] as string | undefined;
  const fitting = [...call.jetstream.streams.values()].filter(
    (stream) => subject === undefined || stream.wants(subject),
  );
  return fitting.toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

/** One page of what there is. */
export function page<T>(
  call: ApiCall,
  all: readonly T[],
  limit: number,
): { readonly items: readonly T[]; readonly head: object } {
  const offset = Math.min(numberOf(call.body(), 'offset'), all.length);
  return { items: all.slice(offset, offset + limit), head: { total: all.length, offset, limit } };
}

function names(call: ApiCall): object {
  const { items, head } = page(call, named(call), NAMES_LIMIT);
  return { ...head, streams: items.length === 0 ? null : items.map(({ name }) => name) };
}

function list(call: ApiCall): object {
  const { items, head } = page(call, named(call), LIST_LIMIT);
  return { ...head, streams: items.map((stream) => infoOf(stream, call)) };
}

function remove(call: ApiCall): object | undefined {
  if (!call.empty) throw new Refused(ERRORS.notEmptyRequest);
  const stream = call.stream();
  call.agreed(() => {
    call.jetstream.remove(stream);
    return { success: true };
  });
  return undefined;
}

function purge(call: ApiCall): object | undefined {
  const stream = call.stream();
  const body = call.body() as { filter?: string; seq?: number; keep?: number };
  if ((body.seq ?? 0) > 0 && (body.keep ?? 0) > 0) return { error: ERRORS.badRequest, purged: 0 };
  if (stream.config.deny_purge) throw new Refused(purgeFailed('stream purge not permitted'));
  call.agreedBy(stream, () => ({ success: true, purged: stream.purge(body) }));
  return undefined;
}

function messageGet(call: ApiCall): object {
  const stream = call.stream();
  if (call.empty) throw new Refused(ERRORS.badRequest);
  const {
    seq,
    last_by_subj: last,
    next_by_subj: next,
  } = call.body() as {
    seq?: number;
    last_by_subj?: string;
    next_by_subj?: string;
  };
  if (seq === undefined && last === undefined && next === undefined) throw new Refused(ERRORS.badRequest);
  let found: Stored | undefined;
  if (last !== undefined) found = stream.store.last(last);
  else if (next !== undefined) found = stream.store.next(seq ?? 0, [next]);
  else found = stream.store.get(seq ?? 0);
  if (found === undefined) throw new Refused(ERRORS.noMessage);
  const { subject, sequence, headers, payload, time } = found;
  return {
    message: {
      subject,
      seq: sequence,
      ...(headers === undefined ? {} : { hdrs: headers.toString('base64') }),
      ...(payload.length === 0 ? {} : { data: payload.toString('base64') }),
      time: timestamp(time),
    },
  };
}

function messageDelete(call: ApiCall): object | undefined {
  const stream = call.stream();
  if (call.empty) throw new Refused(ERRORS.badRequest);
  const sequence = numberOf(call.body(), 'seq');
  if (stream.config.deny_delete) throw new Refused(deleteFailed('message delete not permitted'));
  call.agreedBy(stream, () => {
    if (!stream.remove(sequence)) {
      const { firstSequence, lastSequence } = stream.store;
      const within = sequence >= firstSequence && sequence <= lastSequence;
      throw new Refused(within ? sequenceNotFound(sequence) : deleteFailed('no message found'));
    }
    return { success: true };
  });
  return undefined;
}

function stepDown(call: ApiCall): object {
  return { success: call.stream().group.stepDown() };
}

function metaStepDown({ jetstream }: ApiCall): object {
  return { success: jetstream.meta.stepDown() };
}

const request = (type: string, answer: ApiRequest): { readonly type: string; readonly answer: ApiRequest } => ({
  type,
  answer,
});

export const streamRequests: Readonly<Record<string, { readonly type: string; readonly answer: ApiRequest }>> = {
  'STREAM.CREATE': request('stream_create_response', create),
  'STREAM.UPDATE': request('stream_update_response', update),
  'STREAM.INFO': request('stream_info_response', info),
  'STREAM.NAMES': request('stream_names_response', names),
  'STREAM.LIST': request('stream_list_response', list),
  'STREAM.DELETE': request('stream_delete_response', remove),
  'STREAM.PURGE': request('stream_purge_response', purge),
  'STREAM.MSG.GET': request('stream_msg_get_response', messageGet),
  'STREAM.MSG.DELETE': request('stream_msg_delete_response', messageDelete),
  'STREAM.LEADER.STEPDOWN': request('stream_leader_stepdown_response', stepDown),
  'META.LEADER.STEPDOWN': request('meta_leader_stepdown_response', metaStepDown),
};
