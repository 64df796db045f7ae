import type { ComponentSpec } from '../../contract/index.ts';

/** Standbys, the second region, the pooler, and what fails over between them. */
export const regions: readonly ComponentSpec[] = [];
