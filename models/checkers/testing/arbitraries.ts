import fc from 'fast-check';
import type { Call } from '../linearizability/model.ts';

/** What a generated call does and answers. */
export interface Done<Input, Output> {
  readonly input: Input;
  readonly output: Output;
}

/** Up to six overlapping calls; a fifth of them nobody knows of. */
export function callsOf<Input, Output>(
  done: fc.Arbitrary<Done<Input, Output>>,
): fc.Arbitrary<readonly Call<Input, Output>[]> {
  const call = fc.record({ done, from: fc.nat(8), takes: fc.nat(4), lost: fc.nat(4) });
  return fc.array(call, { minLength: 1, maxLength: 6 }).map((calls) =>
    calls.map(({ done: { input, output }, from, takes, lost }, id): Call<Input, Output> => {
      const open = lost === 0;
      return {
        id,
        process: String(id),
        input,
        output: open ? undefined : output,
        from,
        to: open ? Infinity : from + takes,
      };
    }),
  );
}
