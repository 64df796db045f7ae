import { command, type Call, type Command } from './call.ts';
import { array, bulk, bulks, integer } from './encoder.ts';
import { globMatch } from './glob.ts';

type Kind = 'channels' | 'patterns';
const VERBS = { channels: 'subscribe', patterns: 'psubscribe' } as const;

function subscribe(kind: Kind, call: Call): string {
  const replies = call.rest(1).map((name) => {
    call.core.pubsub.subscribe(call.client, kind, name);
    return call.reply.push([bulk(VERBS[kind]), bulk(name), integer(call.client.subscriptions)]);
  });
  return replies.join('');
}

function unsubscribe(kind: Kind, call: Call): string {
  const verb = bulk(VERBS[kind].replace('subscribe', 'unsubscribe'));
  const names = call.argv.length > 1 ? call.rest(1) : [...call.client[kind]];
  if (names.length === 0) return call.reply.push([verb, call.reply.nil(), integer(call.client.subscriptions)]);
  const replies = names.map((name) => {
    call.core.pubsub.unsubscribe(call.client, kind, name);
    return call.reply.push([verb, bulk(name), integer(call.client.subscriptions)]);
  });
  return replies.join('');
}

function activeChannels(call: Call): string {
  const pattern = call.argv[2] ?? '*';
  return bulks([...call.core.pubsub.channels.keys()].filter((channel) => globMatch(pattern, channel)));
}

function subscriberCounts(call: Call): string {
  const counts = call
    .rest(2)
    .flatMap((channel) => [bulk(channel), integer(call.core.pubsub.channels.get(channel)?.size ?? 0)]);
  return array(counts);
}

/** Publish and subscribe. */
export const pubsubCommands: readonly Command[] = [
  command('publish', 3, [], (call) => integer(call.core.pubsub.publish(call.arg(1), call.arg(2)))),
  command('subscribe', -2, ['pubsub'], (call) => subscribe('channels', call)),
  command('unsubscribe', -1, ['pubsub'], (call) => unsubscribe('channels', call)),
  command('psubscribe', -2, ['pubsub'], (call) => subscribe('patterns', call)),
  command('punsubscribe', -1, ['pubsub'], (call) => unsubscribe('patterns', call)),
  command('pubsub|channels', -2, [], activeChannels),
  command('pubsub|numsub', -2, [], subscriberCounts),
  command('pubsub|numpat', 2, [], (call) => integer(call.core.pubsub.patterns.size)),
];
