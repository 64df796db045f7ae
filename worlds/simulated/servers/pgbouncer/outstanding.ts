import type { Statement } from './prepared.ts';

/** A request on its way to the server, by the letter of its message. */
export interface Outstanding {
  readonly request: 'P' | 'B' | 'D' | 'E' | 'C' | 'S' | 'Q' | 'F';
  /** `pass`: its answer is the client's. `skip`: the pooler asked. `fake`: the server was not asked, the answer is ready. */
  readonly action: 'pass' | 'skip' | 'fake';
  readonly answer?: Buffer;
  /** What a Parse puts on the server. */
  readonly statement?: Statement;
}

/** Answers that complete a request, by their letters. */
const COMPLETED_BY: Readonly<Record<Outstanding['request'], string>> = {
  P: '1',
  B: '2',
  D: 'Tn',
  E: 'CIs',
  C: '3',
  S: 'Z',
  Q: 'Z',
  F: 'Z',
};

const ENDS_BATCH = 'SQF';

/** Requests that a server has not answered, in their order: which of its messages go to the client. */
export class OutstandingRequests {
  #queue: Outstanding[] = [];
  /** After an error the server skips everything up to a Sync that has not been sent yet. */
  #skipping = false;

  get empty(): boolean {
    return this.#queue.length === 0;
  }

  /** Adds a request; gives what can be answered at once. */
  add(request: Outstanding): readonly Buffer[] {
    if (this.#skipping) {
      if (request.request !== 'S') return [];
      this.#skipping = false;
    }
    this.#queue.push(request);
    return this.#fakes();
  }

  /** Takes note of a message of the server: whether the client gets it, what is said after it, and what a failed batch left unprepared. */
  answered(type: string): { pass: boolean; after: readonly Buffer[]; unprepared: readonly Statement[] } {
    const [head] = this.#queue;
    if (head === undefined) return { pass: true, after: [], unprepared: [] };
    const pass = head.action !== 'skip' || type === 'E';
    if (type === 'E' && !ENDS_BATCH.includes(head.request)) return { pass, after: [], unprepared: this.#failed() };
    if (!COMPLETED_BY[head.request].includes(type)) return { pass, after: [], unprepared: [] };
    this.#queue.shift();
    return { pass, after: this.#fakes(), unprepared: [] };
  }

  #fakes(): readonly Buffer[] {
    const answers: Buffer[] = [];
    while (this.#queue[0]?.action === 'fake') answers.push(this.#queue.shift()?.answer ?? Buffer.alloc(0));
    return answers;
  }

  #failed(): readonly Statement[] {
    const end = this.#queue.findIndex(({ request }) => ENDS_BATCH.includes(request));
    const dropped = this.#queue.splice(0, end < 0 ? this.#queue.length : end);
    this.#skipping = end < 0;
    return dropped.flatMap(({ request, action, statement }) =>
      request === 'P' && action !== 'fake' && statement !== undefined ? [statement] : [],
    );
  }
}
