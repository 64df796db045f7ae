/** Writes `catalogue/schema.json`. Run after a change of schema.ts: node bin/n24.mjs catalogue/write-schema.ts */
import { writeFileSync } from 'node:fs';
import { jsonSchema } from './schema.ts';

writeFileSync(new URL('schema.json', import.meta.url), jsonSchema());
