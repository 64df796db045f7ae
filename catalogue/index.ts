export { parseDuration } from './duration.ts';
export { loadCatalogues } from './load.ts';
export { CatalogueError } from './problem.ts';
export { quote } from './quote.ts';
export { referenceText } from './row.ts';
export type { Catalogue, Limit, Line, Row } from './row.ts';
export type { Anchor } from './schema.ts';
