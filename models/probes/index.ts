export { alertSilent } from './alert-silent.ts';
export { both } from './both.ts';
export { metric } from './metric.ts';
export type { MetricProbe } from './metric.ts';
export { operations } from './operations.ts';
export type { OperationsProbe } from './operations.ts';
export { percentile } from './percentile.ts';
export type { PercentileOptions } from './percentile.ts';
export { polled } from './polled.ts';
