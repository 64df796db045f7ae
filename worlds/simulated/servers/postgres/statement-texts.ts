import { TYPE } from './wire.ts';

const BIND = 0x42;
const SHOWN = 300;

/** Texts of a client's statements, for people who read a trace: a prepared one is named by its Bind. */
export class StatementTexts {
  readonly #prepared = new Map<string, string>();
  #batch: string[] = [];

  /** Looks at a message of a client. */
  heard(request: Buffer): void {
    const type = request[0];
    if (type === TYPE.query) this.#batch.push(words(request, 5)[0] ?? '');
    else if (type === TYPE.parse) {
      const [name = '', text = ''] = words(request, 5);
      this.#prepared.set(name, text);
    } else if (type === BIND) {
      const [, name = ''] = words(request, 5);
      this.#batch.push(this.#prepared.get(name) ?? '');
    }
  }

  /** Those of the messages since it was asked last: white space as one space, cut where they are long. */
  take(): string {
    const text = this.#batch.join('; ').replaceAll(/\s+/g, ' ').trim();
    this.#batch = [];
    return text.length <= SHOWN ? text : `${text.slice(0, SHOWN)}…`;
  }
}

/** The first two texts of a message, each ended by a zero byte. */
function words(request: Buffer, from: number): readonly string[] {
  const first = request.indexOf(0, from);
  if (first < 0) return [];
  const second = request.indexOf(0, first + 1);
  return [request.toString('utf8', from, first), ...(second < 0 ? [] : [request.toString('utf8', first + 1, second)])];
}
