import { readSync } from 'node:fs';
import { JOBS_FD } from '../parent/job.ts';

/** The parent's jobs, one line each, read by blocking calls; ends when the parent closes the pipe. */
export function* jobLines(): Generator<string> {
  const chunk = Buffer.alloc(65_536);
  let rest = '';
  for (;;) {
    const end = rest.indexOf('\n');
    if (end >= 0) {
      yield rest.slice(0, end);
      rest = rest.slice(end + 1);
      continue;
    }
    const length = readSync(JOBS_FD, chunk);
    if (length === 0) return;
    rest += chunk.toString('utf8', 0, length);
  }
}
