import path from 'node:path';
import type { PostgresSpec } from '../../../contract/index.ts';

/** The database of the tests' shop (fixtures/shop). */
export const SHOP: PostgresSpec = {
  kind: 'postgres',
  name: 'postgres',
  port: 5432,
  database: 'shop',
  migrate: path.join(import.meta.dirname, 'fixtures/shop/migrate.ts'),
  seed: '',
  maxConnections: 5,
  dependsOn: [],
};
