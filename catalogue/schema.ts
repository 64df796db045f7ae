import { z } from 'zod';
import { DURATION } from './duration.ts';

export const SEVERITIES = ['low', 'medium', 'high', 'critical'] as const;
export const ANCHORS = ['injection', 'threshold', 'detection', 'cleared', 'next-run'] as const;

const words = z.string('text').min(1, 'text that is not empty');
const name = z.string('a kebab-case name').regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, 'a kebab-case name');
const kind = z
  .string('a fault kind')
  .regex(/^[a-z]+(\.[a-z]+(-[a-z]+)*)$/, "a fault kind of the taxonomy, such as 'process.kill'");
const within = z
  .string("a duration such as '30s', or 'immediate'")
  .regex(new RegExp(`${DURATION.source}|^immediate$`), "a duration such as 250ms, 30s, 5m, 1h or 1d, or 'immediate'")
  .meta({ description: 'Limit: a duration such as 30s or 5m, or `immediate`' });
const from = z
  .enum(ANCHORS, `one of ${ANCHORS.join(', ')}`)
  .optional()
  .meta({
    description:
      'The instant from which `within` counts. Default: injection for detection and mitigation, cleared for recovery',
  });
const line = z.strictObject({ behaviour: words, within, from });

const entry = z.strictObject({
  id: z.string('an id such as NUM-03').regex(/^[A-Z]+-\d{2}$/, 'an id such as NUM-03'),
  source_ref: words,
  title: words,
  severity: z.enum(SEVERITIES, `one of ${SEVERITIES.join(', ')}`),
  likelihood: words.nullable(),
  needs: z.array(name).min(1, 'at least one component'),
  steady_state: words,
  fault: z.strictObject({ kind: z.union([kind, z.array(kind).min(1)]), target: words, shape: words }),
  impact: z.string('text').regex(/May see: .+Never: .+/s, "'May see: ... Never: ...'"),
  detection: z.strictObject({ alert: words, signal: words, condition: words, within, from }),
  mitigation: z.array(line).min(1, 'at least one line'),
  recovery: z.array(line).min(1, 'at least one line'),
  invariants: z.array(name),
  sabotage: z.array(
    z.strictObject({
      disable: words.meta({ description: 'The one safeguard switched off' }),
      expect: z
        .string('text')
        .regex(
          /^(detection|impact|mitigation\[\d+\]|recovery\[\d+\]|invariant:[a-z0-9-]+): .+/s,
          "'<reference>: <what is then seen>' with reference detection, impact, mitigation[n], recovery[n] or invariant:<name>",
        ),
    }),
  ),
  chosen: z.array(words),
  alongside: z
    .array(z.strictObject({ alert: words, why: words }))
    .optional()
    .meta({ description: 'Other alerts that the same fault rightly raises, each with the reason' }),
});

/** The form of a catalogue file; `catalogue/schema.json` is made from it for editors. */
export const catalogueSchema = z.strictObject({
  system: name,
  source: words,
  invariants: z.record(name, words),
  coverage: z.record(z.string(), z.array(z.string())),
  entries: z.array(entry).min(1, 'at least one entry'),
});

export type RawCatalogue = z.infer<typeof catalogueSchema>;
export type RawEntry = RawCatalogue['entries'][number];
export type Anchor = (typeof ANCHORS)[number];

/** JSON Schema of a catalogue file, as text for `catalogue/schema.json`. */
export function jsonSchema(): string {
  return `${JSON.stringify(z.toJSONSchema(catalogueSchema, { target: 'draft-7' }), null, 2)}\n`;
}
