/** The life of a process: start, drain on SIGTERM, exit codes. */
import { ConfigurationError, EXIT_BAD_CONFIGURATION } from './config.ts';
import type { Logger } from './logging.ts';

/** Closes things in the reverse order of their opening. */
export class Closing {
  readonly #steps: { name: string; close: () => unknown }[] = [];

  add(name: string, close: () => unknown): void {
    this.#steps.push({ name, close });
  }

  /** Every step is tried; a failure is logged and does not stop the rest. */
  async close(log: Logger): Promise<boolean> {
    let clean = true;
    for (const { name, close } of this.#steps.splice(0).toReversed()) {
      try {
        await close();
      } catch (error) {
        clean = false;
        log.error({ err: error, step: name }, 'closing failed');
      }
    }
    return clean;
  }
}

/**
 * Drains on SIGTERM or SIGINT and exits 0; exits 1 when draining fails or lasts longer than `graceMs`.
 */
export function drainOnSignal(closing: Closing, log: Logger, graceMs: number): void {
  let draining = false;
  const drain = (signal: NodeJS.Signals): void => {
    if (draining) return;
    draining = true;
    log.info({ signal }, 'draining');
    const limit = setTimeout(() => {
      log.error({ graceMs }, 'draining took too long');
      process.exit(1);
    }, graceMs);
    void closing.close(log).then((clean) => {
      clearTimeout(limit);
      log.info({ clean }, 'drained');
      process.exit(clean ? 0 : 1);
    });
  };
  process.on('SIGTERM', drain);
  process.on('SIGINT', drain);
}

/** Runs an entry file's `start`: bad configuration exits 78 with its message, any other failure 1. */
export async function startOrExit(start: () => Promise<void>): Promise<void> {
  try {
    await start();
  } catch (error) {
    if (error instanceof ConfigurationError) {
      process.stderr.write(`${error.message}\n`);
      process.exit(EXIT_BAD_CONFIGURATION);
    }
    process.stderr.write(
      `The start failed: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`,
    );
    process.exit(1);
  }
}
