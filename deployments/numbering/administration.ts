import type { ComponentSpec } from '../../contract/index.ts';

/** The object store, the stand-in for keys, and what administrators and regulators use. */
export const administration: readonly ComponentSpec[] = [];
