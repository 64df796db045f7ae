import { z } from 'zod';
import { MUTATIONS, VERDICTS } from '../contract/index.ts';
import type { FoundResult, Instants, InvocationResult, LineResult, RunResult } from '../contract/index.ts';

const verdict = z.enum(VERDICTS);
const ms = z.number().meta({ description: "Milliseconds of the run's clock" });
const numbers = z.record(z.string(), z.number());

/** The run that shows it, where the scenario names one. */
const shownIn = { run: z.string().optional() };

const sabotage = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('safeguard-off'),
    safeguard: z.string(),
    steadyWithout: z.array(z.int()).optional(),
    ...shownIn,
  }),
  z.strictObject({ kind: z.literal('rule-removed'), alert: z.string(), ...shownIn }),
  z.strictObject({
    kind: z.literal('configuration'),
    component: z.string(),
    env: z.record(z.string(), z.string()),
    ...shownIn,
  }),
  z.strictObject({ kind: z.literal('operator-skips'), step: z.enum(['onDetected', 'onCleared']), ...shownIn }),
]);

const line = z.strictObject({
  reference: z
    .string()
    .meta({ description: 'mitigation[0], impact.never[0], invariant:<name>, plant:<reference>, ...' }),
  title: z.string(),
  verdict,
  at: ms.optional(),
  anchor: z.strictObject({ name: z.string(), at: ms }).optional(),
  limit: z.string().optional(),
  expected: z.string(),
  seen: z.string(),
});

const run = z.strictObject({
  id: z.string(),
  run: z.string(),
  title: z.string(),
  seed: z.int(),
  world: z.string(),
  speed: z.number(),
  verdict,
  sabotage: z
    .union([z.strictObject({ line: z.int(), sabotage }), z.strictObject({ mutation: z.enum(MUTATIONS) })])
    .optional(),
  fault: z.string(),
  lines: z.array(line),
  instants: z.strictObject({
    steady: ms.optional(),
    injected: ms.optional(),
    witnessed: ms.optional(),
    threshold: ms.optional(),
    detected: ms.optional(),
    cleared: ms.optional(),
    nextRun: ms.optional(),
    nextRunSinceCleared: ms.optional(),
    recovered: ms.optional(),
    ended: ms.optional(),
  }),
  operations: z.int(),
  otherAlerts: z.array(z.string()),
  alongside: z.array(z.strictObject({ alert: z.string(), fired: z.boolean() })),
  simulatedMs: ms,
  wallMs: z.number(),
  traceHash: z.string().optional(),
  log: z.array(z.strictObject({ at: ms, source: z.string(), text: z.string() })),
  problem: z.string().optional(),
  work: numbers,
  phase: z.string(),
});

const found = z.strictObject({
  name: z.string(),
  system: z.string(),
  check: z.string(),
  verdict,
  seen: z.string(),
  wallMs: z.number(),
});

/** The form of `result.json`. A field that the contract gains and this lacks is a type error below. */
export const resultSchema = z.strictObject({
  format: z.literal(1),
  startedAt: z.iso.datetime(),
  arguments: z.array(z.string()),
  seed: z.int(),
  world: z.string(),
  verdict,
  code: z.strictObject({ source: z.string(), lock: z.string() }),
  runs: z.array(run),
  found: z.array(found).optional(),
  wallMs: z.number(),
});

type SameKeys<A, B> = [keyof A] extends [keyof B] ? ([keyof B] extends [keyof A] ? true : false) : false;
const complete: readonly true[] = [
  true satisfies SameKeys<InvocationResult, z.infer<typeof resultSchema>>,
  true satisfies SameKeys<FoundResult, z.infer<typeof found>>,
  true satisfies SameKeys<RunResult, z.infer<typeof run>>,
  true satisfies SameKeys<LineResult, z.infer<typeof line>>,
  true satisfies SameKeys<Instants, z.infer<typeof run>['instants']>,
];
void complete;

/** JSON Schema of `result.json`, as text for `reports/result.schema.json`. */
export function jsonSchema(): string {
  return `${JSON.stringify(z.toJSONSchema(resultSchema, { target: 'draft-7' }), null, 2)}\n`;
}
