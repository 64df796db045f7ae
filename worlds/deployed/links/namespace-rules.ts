import { command } from '../engine/command.ts';

const TIMEOUT_MS = 10_000;
/** Counts are read again when they are older, so that all links of a container are counted by one reading. Real time. */
const READ_AGAIN_MS = 150;

/**
 * The packet rules of one network namespace, by iptables. Each call is a process of its own, and a region that is cut off needs a hundred
 * rules: what is asked for while a call is under way goes into one call after it.
 */
export class NamespaceRules {
  readonly #pid: number;
  #asked: string[] = [];
  #next: Promise<void> | undefined;
  #underWay: Promise<unknown> = Promise.resolve();
  #read: { readonly at: number; readonly rules: Promise<readonly string[]> } | undefined;

  /** @param pid of any process in the namespace */
  constructor(pid: number) {
    this.#pid = pid;
  }

  /** Makes one change: `--insert OUTPUT …` or `--delete OUTPUT …`. Rejects when the namespace has gone or iptables refuses it. */
  change(...line: readonly string[]): Promise<void> {
    this.#asked.push(line.join(' '));
    this.#next ??= this.#afterThis();
    return this.#next;
  }

  async #afterThis(): Promise<void> {
    const before = this.#underWay;
    const done = (async () => {
      await before.catch(() => {});
      const lines = this.#asked;
      this.#asked = [];
      this.#next = undefined;
      this.#read = undefined;
      const input = ['*filter', ...lines, 'COMMIT', ''].join('\n');
      await inNamespace(this.#pid, ['iptables-restore', '--noflush', '--wait', '5'], input);
    })();
    this.#underWay = done;
    await done;
  }

  /** Rules in force, with what they have met, as iptables lists them; at most `READ_AGAIN_MS` old. */
  list(): Promise<readonly string[]> {
    const now = performance.now();
    if (this.#read === undefined || now - this.#read.at > READ_AGAIN_MS) {
      const rules = listRules(this.#pid);
      rules.catch(() => {}); // whoever asked is told
      this.#read = { at: now, rules };
    }
    return this.#read.rules;
  }
}

/** Rules in force in the network namespace of a process. */
export async function listRules(pid: number): Promise<readonly string[]> {
  const text = await inNamespace(pid, ['iptables', '--wait', '5', '--verbose', '--list-rules']);
  return text.split('\n').filter((line) => line.startsWith('-A'));
}

/** Needs root and util-linux' nsenter on the engine's machine. */
function inNamespace(pid: number, program: readonly string[], input?: string): Promise<string> {
  return command('nsenter', ['--target', String(pid), '--net', ...program], {
    timeoutMs: TIMEOUT_MS,
    ...(input === undefined ? {} : { input }),
  });
}
