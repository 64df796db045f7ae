import { isAssetName, isSubset, isValid, overlaps } from '../subjects.ts';
import { VERSION } from '../types.ts';
import { ERRORS, Refused, invalidStreamConfig } from './errors.ts';

/** A stream's configuration in the API's own names; durations in nanoseconds. */
export interface StreamConfig {
  readonly name: string;
  readonly description?: string;
  readonly subjects?: readonly string[];
  readonly retention: 'limits' | 'interest' | 'workqueue';
  readonly max_consumers: number;
  readonly max_msgs: number;
  readonly max_bytes: number;
  readonly max_age: number;
  readonly max_msgs_per_subject: number;
  readonly max_msg_size: number;
  readonly discard: 'old' | 'new';
  readonly storage: 'file' | 'memory';
  readonly num_replicas: number;
  readonly no_ack?: boolean;
  readonly duplicate_window: number;
  readonly compression: string;
  readonly allow_direct: boolean;
  readonly mirror_direct: boolean;
  readonly allow_msg_ttl: boolean;
  readonly sealed: boolean;
  readonly deny_delete: boolean;
  readonly deny_purge: boolean;
  readonly allow_rollup_hdrs: boolean;
  readonly discard_new_per_subject?: boolean;
  readonly consumer_limits: { readonly inactive_threshold?: number; readonly max_ack_pending?: number };
  readonly metadata?: Readonly<Record<string, string>>;
  readonly first_seq?: number;
}

const REPLICAS_MAX = 5;
const DUPLICATE_WINDOW = 120e9;
const SHORTEST = 100e6;
/** What the real server can do and this one refuses, so that nobody takes its absence for success. */
const NOT_SERVED = ['mirror', 'sources', 'republish', 'subject_transform', 'placement', 'subject_delete_marker_ttl'];
const NOT_SERVED_FLAGS = ['allow_msg_ttl', 'allow_atomic', 'allow_batched', 'allow_msg_counter', 'allow_msg_schedules'];

/**
 * A request's configuration with the server's defaults.
 * @throws Refused as nats-server's checkStreamCfg does
 */
export function streamConfig(asked: Readonly<Record<string, unknown>>): StreamConfig {
  const { name, subjects } = asked as { name?: string; subjects?: readonly string[] };
  const bad = (reason: string): never => {
    throw new Refused(invalidStreamConfig(reason));
  };
  if (typeof name !== 'string' || !isAssetName(name))
    return bad("stream name is required and can not contain '.', '*', '>', '\\', '/'");
  for (const key of NOT_SERVED) if (asked[key] !== undefined) bad(`the simulated server does not serve ${key}`);
  for (const key of NOT_SERVED_FLAGS) if (asked[key] === true) bad(`the simulated server does not serve ${key}`);
  const replicas = numberOf(asked, 'num_replicas') || 1;
  if (replicas > REPLICAS_MAX) bad(`maximum replicas is ${REPLICAS_MAX}`);
  if (replicas < 0) throw new Refused(ERRORS.replicasNegative);
  const maxAge = numberOf(asked, 'max_age');
  if (maxAge < 0) bad('max age can not be negative');
  if (maxAge > 0 && maxAge < SHORTEST) bad('max age needs to be >= 100ms');
  const window =
    numberOf(asked, 'duplicate_window') || (maxAge > 0 ? Math.min(maxAge, DUPLICATE_WINDOW) : DUPLICATE_WINDOW);
  if (window < 0) bad('duplicates window can not be negative');
  if (maxAge > 0 && window > maxAge) bad('duplicates window can not be larger then max age');
  if (window < SHORTEST) bad('duplicates window needs to be >= 100ms');
  const flag = (key: string): boolean => asked[key] === true;
  if (flag('deny_purge') && flag('allow_rollup_hdrs')) bad('roll-ups require the purge permission');
  const perSubject = flag('discard_new_per_subject');
  const maxPerSubject = limitOf(asked, 'max_msgs_per_subject');
  const discard = (asked['discard'] as StreamConfig['discard'] | undefined) ?? 'old';
  if (perSubject && discard !== 'new') bad('discard new per subject requires discard new policy to be set');
  if (perSubject && maxPerSubject <= 0) bad('discard new per subject requires max msgs per subject > 0');
  const own = subjects === undefined || subjects.length === 0 ? [name] : subjects;
  for (const [at, subject] of own.entries()) {
    if (!isValid(subject)) bad('invalid subject');
    const taken = own.find((other, before) => before < at && overlaps(other, subject));
    if (taken !== undefined) bad(`subject "${taken}" overlaps with "${subject}"`);
    if (overlaps(subject, '$JS.API.>') && !isSubset(subject, '$JS.EVENT.>') && !flag('no_ack'))
      bad('subjects that overlap with jetstream api require no-ack to be true');
  }
  return {
    name,
    ...(typeof asked['description'] === 'string' ? { description: asked['description'] } : {}),
    subjects: own,
    retention: (asked['retention'] as StreamConfig['retention'] | undefined) ?? 'limits',
    max_consumers: limitOf(asked, 'max_consumers'),
    max_msgs: limitOf(asked, 'max_msgs'),
    max_bytes: limitOf(asked, 'max_bytes'),
    max_age: maxAge,
    max_msgs_per_subject: maxPerSubject,
    max_msg_size: limitOf(asked, 'max_msg_size'),
    discard,
    storage: (asked['storage'] as StreamConfig['storage'] | undefined) ?? 'file',
    num_replicas: replicas,
    ...(flag('no_ack') ? { no_ack: true } : {}),
    duplicate_window: window,
    compression: (asked['compression'] as string | undefined) ?? 'none',
    allow_direct: flag('allow_direct'),
    mirror_direct: flag('mirror_direct'),
    sealed: flag('sealed'),
    deny_delete: flag('deny_delete'),
    deny_purge: flag('deny_purge'),
    allow_rollup_hdrs: flag('allow_rollup_hdrs'),
    ...(perSubject ? { discard_new_per_subject: true } : {}),
    consumer_limits: (asked['consumer_limits'] as StreamConfig['consumer_limits'] | undefined) ?? {},
    allow_msg_ttl: false,
    ...(numberOf(asked, 'first_seq') > 0 ? { first_seq: numberOf(asked, 'first_seq') } : {}),
    metadata: serverMetadata(asked['metadata']),
  };
}

/**
 * The configuration of an update.
 * @throws Refused as nats-server's configUpdateCheck does
 */
export function updatedStreamConfig(old: StreamConfig, asked: Readonly<Record<string, unknown>>): StreamConfig {
  const config = streamConfig(asked);
  const bad = (reason: string): never => {
    throw new Refused(invalidStreamConfig(reason));
  };
  if (config.storage !== old.storage) bad('stream configuration update can not change storage type');
  if (config.retention !== old.retention && [config.retention, old.retention].includes('workqueue'))
    bad('stream configuration update can not change retention policy to/from workqueue');
  if (old.sealed && !config.sealed) bad('stream configuration update can not unseal a sealed stream');
  if (old.deny_delete && !config.deny_delete) bad('stream configuration update can not cancel deny message deletes');
  if (old.deny_purge && !config.deny_purge) bad('stream configuration update can not cancel deny purge');
  return config;
}

/** What the server itself writes into an asset's metadata, beside what the user did. */
export function serverMetadata(own: unknown): Readonly<Record<string, string>> {
  const kept = Object.entries((own as Record<string, string> | undefined) ?? {}).filter(
    ([key]) => !key.startsWith('_nats.'),
  );
  return { ...Object.fromEntries(kept), '_nats.level': '5', '_nats.req.level': '0', '_nats.ver': VERSION };
}

export function numberOf(asked: Readonly<Record<string, unknown>>, key: string): number {
  return typeof asked[key] === 'number' ? asked[key] : 0;
}

/** 0 and below mean no limit. */
function limitOf(asked: Readonly<Record<string, unknown>>, key: string): number {
  const value = numberOf(asked, key);
  return value <= 0 ? -1 : value;
}

/** Equal as configurations, whatever the order of keys. */
export function sameConfig(a: unknown, b: unknown): boolean {
  return canonical(a) === canonical(b);
}

function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) =>
    inner !== null && typeof inner === 'object' && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).toSorted(([left], [right]) => (left < right ? -1 : 1)))
      : inner,
  );
}
