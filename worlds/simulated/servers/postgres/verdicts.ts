import type { Verdict } from './session.ts';

/** Errors of the server's own timers, which are virtual here. */
export const STATEMENT_TIMEOUT: Verdict = { code: '57014', text: 'canceling statement due to statement timeout' };
export const LOCK_TIMEOUT: Verdict = { code: '55P03', text: 'canceling statement due to lock timeout' };
export const USER_CANCEL: Verdict = { code: '57014', text: 'canceling statement due to user request' };
export const IDLE_TIMEOUT: Verdict = {
  code: '25P03',
  text: 'terminating connection due to idle-in-transaction timeout',
};

/** What the bridge itself refuses. */
export const NO_STREAM = { S: 'FATAL', V: 'FATAL', C: '55000', M: 'this server has no standbys' };
export const TOO_MANY = { S: 'FATAL', V: 'FATAL', C: '53300', M: 'sorry, too many clients already' };
