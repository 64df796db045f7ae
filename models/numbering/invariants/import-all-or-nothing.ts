import type { Evidence, Invariant, Violation } from '../../../contract/index.ts';
import { administrationOf } from './administration-tables.ts';
import type { ImportBatchRow } from './administration-tables.ts';

/**
 * Of each file either all rows are in the inventory or none, and all of them only where its operator was told so. Looked at by
 * what the service keeps of a batch, and by the numbers themselves, which are known by their file's prefix.
 */
export const invariant: Invariant = {
  name: 'import-all-or-nothing',
  check(evidence) {
    const { importBatches } = administrationOf(evidence);
    return {
      examined: importBatches.length,
      violations: [...importBatches.flatMap(asItEnded), ...asTold(evidence)],
    };
  },
  plant(evidence) {
    const { importBatches } = administrationOf(evidence);
    const partly = importBatches.map((batch, i) => (i === 0 ? { ...batch, found: batch.found + 1 } : batch));
    return { ...evidence, finalState: { ...evidence.finalState, importBatches: partly as never } };
  },
};

function asItEnded({ id, status, rows, found }: ImportBatchRow): readonly Violation[] {
  const wanted = status === 'DONE' ? rows : 0;
  if (found === wanted) return [];
  return [{ what: `batch ${id} is ${status}, and ${found} of its rows are in the inventory, not ${String(wanted)}` }];
}

/** By prefix: none of a file that was refused, unless another one of the same rows was imported. */
function asTold(evidence: Evidence): readonly Violation[] {
  const found = new Map(administrationOf(evidence).importedNumbers.map((row) => [row.prefix, row.found]));
  const files = evidence.operations.filter(
    ({ name, input }) => name === 'import' && String(input['prefix']).startsWith('+'),
  );
  return [...Map.groupBy(files, ({ input }) => String(input['prefix']))].flatMap(([prefix, imports]): Violation[] => {
    const there = found.get(prefix) ?? 0;
    const imported = imports.find(({ outcome }) => outcome === 'ok');
    const unsure = imports.some(({ outcome }) => outcome === 'info');
    const rows = Number(imports[0]?.input['rows']);
    const allowed = imported ? [rows] : unsure ? [0, rows] : [0];
    if (allowed.includes(there)) return [];
    const told = imported ? 'it was imported' : unsure ? 'nobody knows' : 'it was refused';
    return [
      {
        what: `${there} numbers ${prefix}… of a file of ${rows} are in the inventory, and its operator was told that ${told}`,
      },
    ];
  });
}
