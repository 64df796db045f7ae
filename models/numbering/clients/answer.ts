import type { Operation, PendingOperation } from '../../../contract/index.ts';

/** What a call came to, as the history keeps it. */
export type Answer =
  | { readonly outcome: 'ok'; readonly result: NonNullable<Operation['result']> }
  | { readonly outcome: 'fail'; readonly error: string; readonly result?: NonNullable<Operation['result']> }
  | { readonly outcome: 'info'; readonly error: string; readonly result?: NonNullable<Operation['result']> };

/** Codes by which the service says that it does not know itself: it may have lost the database between commit and answer. */
const UNSURE: readonly string[] = ['UNAVAILABLE', 'INTERNAL'];

/** A refusal by the service. A write refused with a code of uncertainty may have been carried out: nobody knows. */
export function refused(writes: boolean, code: string, result?: NonNullable<Operation['result']>): Answer {
  const outcome = writes && UNSURE.includes(code) ? 'info' : 'fail';
  return { outcome, error: code, ...(result === undefined ? {} : { result }) };
}

/**
 * No answer came: a time-out, a reset, a refused connection. Nobody knows, even where a connection was refused, since
 * client libraries may have sent before on another one.
 */
export function unanswered(error: unknown): Answer {
  const { code, name, message } = error as { code?: unknown; name?: string; message?: string };
  return { outcome: 'info', error: typeof code === 'string' ? code : (name ?? message ?? String(error)) };
}

/** Ends the operation in the history. */
export function complete(operation: PendingOperation, answer: Answer): void {
  switch (answer.outcome) {
    case 'ok':
      return operation.ok(answer.result);
    case 'fail':
      return operation.fail(answer.error, answer.result);
    case 'info':
      return operation.info(answer.error, answer.result);
  }
}
