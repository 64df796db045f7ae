import { since } from './observed.ts';
import { once } from './once.ts';
import { plannable } from './plan.ts';
import type { PlannableFault } from './plan.ts';

/** What a stand-in answers in place of its work, as its control API takes it. */
export interface ProviderErrors {
  /** HTTP status of its answers. */
  readonly status: number;
  /** The provider's own word for it: `SlowDown`. */
  readonly code: string;
  /** Requests of these methods only. Absent: all. */
  readonly methods?: readonly string[];
}

const CONTROL = '/v1/control/answer';

/**
 * A provider answers with errors: a stand-in with the control API of `standins/README.md` is told to. Bit when it has
 * refused requests that its clients sent; with `behind`, and all methods refused, nothing of them may have reached that component.
 */
export function providerErrors(standin: string, errors: ProviderErrors, behind?: string): PlannableFault {
  return plannable({
    kind: 'provider.errors',
    target: standin,
    title: `let ${standin} answer ${errors.status} ${errors.code}${errors.methods === undefined ? '' : ` to ${errors.methods.join(', ')}`}`,
    inject: async ({ running }) => {
      const ask = async (method: string, body?: unknown): Promise<Record<string, unknown>> => {
        const answer = await running.admin.http(standin, {
          method,
          path: CONTROL,
          ...(body === undefined ? {} : { body }),
        });
        if (answer.status >= 300)
          throw new Error(
            `${standin} answered ${answer.status} to ${method} ${CONTROL}: expected a stand-in's control API`,
          );
        return (answer.body ?? {}) as Record<string, unknown>;
      };
      const reached = (): Readonly<Record<string, number>> =>
        behind === undefined ? {} : running.link(standin, behind).observed;
      const counted = async (): Promise<number> => Number((await ask('GET'))['refused']);
      await ask('PUT', errors);
      const [before, reachedBefore] = [await counted(), { ...reached() }];
      return {
        witness: async () => {
          const refused = (await counted()) - before;
          const passed = since(reachedBefore, reached(), 'messages');
          if (refused <= 0 || (passed > 0 && errors.methods === undefined)) return undefined;
          const further = behind === undefined ? '' : `, ${passed} messages reached ${behind}`;
          return { seen: `${refused} requests answered ${errors.status}${further}`, figures: { refused, passed } };
        },
        healed: async () => (await ask('GET'))['answer'] === null,
        [Symbol.asyncDispose]: once(async () => {
          await ask('DELETE');
        }),
      };
    },
  });
}
