import type { TimelineEvent } from './event.ts';

const PROCESS = new Set(['start', 'exit', 'terminate', 'pause', 'resume']);
/** A client's connection and each of its messages, logs and alerts are told elsewhere, or are too many to read. */
const ELSEWHERE = new Set(['data', 'log', 'alert']);

/** Reads the events of a trace one after another: a session of PostgreSQL is named by whom it was opened by. */
export class TraceReader {
  readonly #sessions = new Map<string, string>();

  /** What an event (`41200.000 sql 12 UPDATE 1 | UPDATE ...`) tells a reader; undefined for what the timeline has from a better source. */
  read(text: string): TimelineEvent | undefined {
    const [, time = '', word = '', rest = ''] = /^([\d.]+) (\S+) ?(.*)$/.exec(text) ?? [];
    if (time === '' || ELSEWHERE.has(word)) return undefined;
    const at = Number(time);
    if (word === 'sql' || word === 'notify') return this.#statement(at, word, rest);
    if (PROCESS.has(word)) {
      const [, who = '', more = ''] = /^(\S+) ?(.*)$/.exec(rest) ?? [];
      return { at, kind: 'process', who, what: word === 'exit' ? `exit ${more}` : word };
    }
    return { at, kind: 'network', who: '', what: text.slice(time.length + 1) };
  }

  #statement(at: number, word: string, rest: string): TimelineEvent {
    const [, session = '', what = ''] = /^(\d+) ?(.*)$/.exec(rest) ?? [];
    const [, opener] = /^open (.+)$/.exec(what) ?? [];
    if (opener !== undefined) this.#sessions.set(session, `${opener} #${session}`);
    const who = this.#sessions.get(session) ?? `session ${session}`;
    return { at, kind: 'statement', who, what: word === 'notify' ? `${what} notifications` : what };
  }
}
