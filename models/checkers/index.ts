/** The checkers' public face: each is a function of a history. */
export { checker } from './check-history.ts';
export { checked } from './checked.ts';
export type { Checked, Finding } from './checked.ts';
export { answered, numberIn, perhaps, textIn } from './fields.ts';
export { atMostOnce } from './at-most-once.ts';
export { bank } from './bank.ts';
export { boundedStaleness } from './bounded-staleness.ts';
export { counter } from './counter.ts';
export { exactlyOnce } from './exactly-once.ts';
export { logPatterns } from './log-patterns.ts';
export { monotonicVersions } from './monotonic-versions.ts';
export { noDuplicate } from './no-duplicate.ts';
export { noLoss } from './no-loss.ts';
export { orderPerKey } from './order-per-key.ts';
export { setVisibility } from './set-visibility.ts';
export { uniqueHolder } from './unique-holder.ts';
