/** Writes `reports/result.schema.json`. Run after a change of schema.ts: node bin/n24.mjs reports/write-schema.ts */
import { writeFileSync } from 'node:fs';
import { jsonSchema } from './schema.ts';

writeFileSync(new URL('result.schema.json', import.meta.url), jsonSchema());
