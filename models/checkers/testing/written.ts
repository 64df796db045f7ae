import type { CheckedHistory } from '../../../contract/index.ts';
import { checker } from '../check-history.ts';

type NumberingCall = readonly [
  name: string,
  tenant: string,
  from: number,
  to: number,
  result?: object | undefined,
  input?: object,
];

/** Holds a text against a model. */
export function check(text: string, model?: string): CheckedHistory {
  const limits = { timeMs: 30_000, memoryBytes: 256e6 };
  return checker.check(
    { name: 'h', text },
    { ...(model === undefined ? {} : { model }), limits, clock: () => performance.now() },
  );
}

/** A log of etcd's test, from `process type operation value` a line. */
export function etcd(...events: readonly string[]): string {
  return events
    .map((event) => {
      const [process = '', type = '', name = '', ...value] = event.split(' ');
      return `INFO  jepsen.util - ${process}\t:${type}\t:${name}\t${value.join(' ')}\n`;
    })
    .join('');
}

/** A history of Jepsen, from `process type operation value` each. */
export function edn(...events: readonly string[]): string {
  return events
    .map((event) => {
      const [process = '', type = '', name = '', ...value] = event.split(' ');
      return `{:process ${process}, :type :${type}, :f :${name}, :value ${value.join(' ') || 'nil'}}\n`;
    })
    .join('');
}

/** Operations of numbering's clients: `name tenant from to result`, all of one number. */
export function numbering(...calls: readonly NumberingCall[]): string {
  return calls
    .map(([name, tenantId, invokedAt, completedAt, result, input], id) =>
      JSON.stringify({
        id,
        process: `p${id}`,
        name,
        input: { tenantId, kind: 'MSISDN', value: '+931', ...input },
        invokedAt,
        completedAt,
        outcome: result === undefined ? 'info' : 'ok',
        ...(result === undefined ? { error: 'UNAVAILABLE' } : { result: { kind: 'MSISDN', value: '+931', ...result } }),
      }),
    )
    .join('\n');
}
