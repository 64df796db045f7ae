import type { Component, Link, Running } from '../contract/index.ts';

/** The deployed components that a catalogue name stands for: itself, or a group: `numbering-jobs` is every `numbering-jobs-*`. */
export function componentNames(running: Running, name: string): readonly string[] {
  const names = running.deployment.components.map((component) => component.name);
  if (names.includes(name)) return [name];
  const group = names.filter((candidate) => candidate.startsWith(`${name}-`));
  // An instance, such as numbering-service-2, is the world's to know; it refuses what it does not.
  return group.length > 0 ? group : [name];
}

export function components(running: Running, name: string): readonly Component[] {
  return componentNames(running, name).map((each) => running.component(each));
}

/** Both directions of every link between the two sides. */
export function linksBetween(running: Running, from: readonly string[], to: readonly string[]): readonly Link[] {
  const expand = (names: readonly string[]): readonly string[] =>
    names.flatMap((name) => componentNames(running, name));
  return expand(from).flatMap((a) => expand(to).flatMap((b) => [running.link(a, b), running.link(b, a)]));
}
