import type { PgbouncerSpec } from '../../../../contract/index.ts';
import type { Life } from '../../kernel/life.ts';
import { PgBouncer } from './bouncer.ts';

/** What a life of the simulated pooler does. It keeps nothing: sockets, timers and clients' names for statements die with it. */
export function pgbouncerProgram(spec: PgbouncerSpec, onStart: (bouncer: PgBouncer) => void): (life: Life) => void {
  return () => {
    const bouncer = new PgBouncer(spec);
    bouncer.listen(spec.port);
    onStart(bouncer);
  };
}
