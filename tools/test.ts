/** The README's test command: all tests, the line `N passed, N failed` last. Arguments go to vitest: files, -t NAME. */
import { node } from './step.ts';

process.exitCode = node('node_modules/vitest/vitest.mjs', 'run', ...process.argv.slice(2));
