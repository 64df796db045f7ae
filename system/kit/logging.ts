/** Structured logs on standard output, written synchronously: the last line before a crash is never lost. */
import { pino, stdTimeFunctions, type Logger } from 'pino';

export type { Logger } from 'pino';

/** A logger whose lines carry the service's name. */
export function createLogger(service: string, level: string): Logger {
  return pino({
    level,
    base: { service },
    timestamp: stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
  });
}
