import type { Reporter } from './reporter.ts';

/** `result.json` as it is in the journal. */
export const json: Reporter = (result) => `${JSON.stringify(result, null, 2)}\n`;
