import { json } from './json.ts';
import { junit } from './junit.ts';
import { markdown } from './markdown.ts';
import type { Reporter } from './reporter.ts';
import { terminal } from './terminal.ts';

/** The forms of a report, by the name that `--format` takes. */
export const REPORTERS = { terminal, markdown, junit, json } as const satisfies Record<string, Reporter>;
export type ReportFormat = keyof typeof REPORTERS;
export { agreement, pairs, parityText } from './parity.ts';
export { historyPage } from './history-page.ts';
export { historyText } from './history-text.ts';
