import type { ComponentSpec } from '../../contract/index.ts';

/** NATS, and the services that speak over it. */
export const messaging: readonly ComponentSpec[] = [];
