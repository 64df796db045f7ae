import type { Link, LinkEffect } from '../contract/index.ts';

/** Puts an effect on all links at once. Where one of them cannot have it, it is taken off the others, and the error is that one's. */
export async function applyAll(links: readonly Link[], effect: LinkEffect): Promise<AsyncDisposable[]> {
  const tried = await Promise.allSettled(links.map((link) => link.apply(effect)));
  const inPlace = tried.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []));
  const failed = tried.find((each) => each.status === 'rejected');
  if (failed === undefined) return inPlace;
  await healAll(inPlace);
  throw failed.reason;
}

/** Takes effects off, all at once; the list is empty then. */
export async function healAll(inPlace: AsyncDisposable[]): Promise<void> {
  await Promise.all(inPlace.splice(0).map((each) => each[Symbol.asyncDispose]()));
}
