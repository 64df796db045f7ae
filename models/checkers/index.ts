/** The checkers' public face. */
export { checker } from './check-history.ts';
