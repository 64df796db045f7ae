import { loadWorld } from '../load/subject.ts';
import { knownWorld } from './known-world.ts';

/** Exit code: a run may not start because of what another one left behind. */
export const RESIDUE = 4;

/** True, having said what and how to mend it, when runs before have left something behind in the world. @throws UsageError for a world that is not there */
export async function refusedForResidue(root: string, worldName: string): Promise<boolean> {
  knownWorld(root, worldName);
  // Only a world on a real machine can: the others are not loaded here, since loading is theirs to do in a process of their own.
  if (worldName !== 'deployed') return false;
  const world = await loadWorld(root, worldName);
  const left = (await world.leftBehind?.()) ?? [];
  if (left.length === 0) return false;
  for (const { what, where } of left) process.stderr.write(`left behind: ${what} at ${where}\n`);
  process.stderr.write('a run before this one did not come to its end; `faultline reset` removes what it left\n');
  return true;
}

/** `faultline reset`: exit code 0 when nothing is left behind any more, 4 otherwise. */
export async function reset(root: string, options: { readonly world: string }): Promise<number> {
  knownWorld(root, options.world);
  const world = await loadWorld(root, options.world);
  const done = (await world.reset?.()) ?? [];
  for (const what of done) process.stdout.write(`${what}\n`);
  const left = (await world.leftBehind?.()) ?? [];
  for (const { what, where } of left) process.stdout.write(`still there: ${what} at ${where}\n`);
  if (done.length === 0 && left.length === 0) process.stdout.write('nothing was left behind\n');
  return left.length === 0 ? 0 : RESIDUE;
}
