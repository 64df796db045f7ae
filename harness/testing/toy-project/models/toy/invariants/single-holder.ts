import type { Invariant } from 'faultline';

export const invariant: Invariant = {
  name: 'single-holder',
  check: ({ finalState }) => {
    const rows = finalState['rows'] ?? [];
    const violations = rows.filter((row) => row['holders'] !== 1).map((row) => ({ what: `row ${String(row['id'])}` }));
    return { examined: rows.length, violations };
  },
  plant: (evidence) => ({ ...evidence, finalState: { rows: [{ id: 'planted', holders: 2 }] } }),
};
