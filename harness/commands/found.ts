/** Where kept counterexamples are, from the project's root: `npm run chaos` runs them after the rows. */
export const FOUND_FOLDER = ['scenarios', 'found'] as const;
