import { plannable } from './plan.ts';
import type { PlannableFault } from './plan.ts';
import { providerErrors } from './provider-errors.ts';

/** A provider denies what it is asked: its stand-in answers 403. Witnessed and healed as `providerErrors` is. */
export function denied(standin: string): PlannableFault {
  return plannable({
    ...providerErrors(standin, { status: 403, code: 'AccessDenied' }),
    kind: 'provider.denied',
    title: `let ${standin} deny what it is asked`,
  });
}
