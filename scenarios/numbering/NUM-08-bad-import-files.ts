import { safeguardOff, scenario } from 'faultline';
import {
  IMPORTS,
  badFiles,
  correctedFile,
  correctedIsImported,
  existingUnchanged,
  goodFile,
  goodFileComplete,
  killedIsImported,
  neverAPart,
  noForgedAccepted,
  rejectedAsAWhole,
  rowErrorsListed,
} from './bad-files.ts';

export default scenario('NUM-08', ({ quote }) => {
  const rows = quote('1000');
  return {
    runs: { A: badFiles(rows).untilOver() },
    environment: { [IMPORTS]: {} },
    steadyState: [goodFileComplete],
    activities: [goodFile(rows), correctedFile(rows)],
    mitigation: { 0: rejectedAsAWhole, 1: rowErrorsListed },
    recovery: { 0: correctedIsImported },
    never: [neverAPart(rows), existingUnchanged, noForgedAccepted, killedIsImported],
    maySee: { 'upload-block': ['SIGNATURE_INVALID'], import: ['SIGNATURE_INVALID', 'IMPORT_FAILED'] },
    sabotage: {
      0: safeguardOff('import-single-transaction'),
      1: safeguardOff('import-signature-check'),
      2: safeguardOff('import-error-record'),
    },
  };
});
