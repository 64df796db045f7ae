import type { Component, Link, Running } from '../contract/index.ts';

/** The deployed components that a catalogue name stands for: itself, or all parts of a whole such as `numbering-jobs`. */
export function componentNames(running: Running, name: string): readonly string[] {
  const parts = running.deployment.components.filter(({ partOf }) => partOf === name);
  // Else a component or an instance, which is the world's to know; it refuses what it does not.
  return parts.length > 0 ? parts.map((part) => part.name) : [name];
}

/** The components themselves. @throws with the names that there are, where one is unknown */
export function components(running: Running, name: string): readonly Component[] {
  return componentNames(running, name).map((each) => running.component(each));
}

/** Both directions of every link between the two sides. */
export function linksBetween(running: Running, from: readonly string[], to: readonly string[]): readonly Link[] {
  const expand = (names: readonly string[]): readonly string[] =>
    names.flatMap((name) => componentNames(running, name));
  return expand(from).flatMap((a) => expand(to).flatMap((b) => [running.link(a, b), running.link(b, a)]));
}

/** The same for sides of which not everybody speaks to everybody: those links that there are. */
export function linksThatAre(running: Running, from: readonly string[], to: readonly string[]): readonly Link[] {
  return from.flatMap((a) => {
    const linked = to.filter((b) => running.linked?.(a, b) ?? true);
    return linked.flatMap((b) => [running.link(a, b), running.link(b, a)]);
  });
}
