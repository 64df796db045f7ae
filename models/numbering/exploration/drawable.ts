import fc from 'fast-check';
import type { Arguments, DrawableFault } from '../../../contract/index.ts';

export const each = (...names: readonly string[]): readonly (readonly string[])[] => names.map((name) => [name]);
export const options = (members: Readonly<Record<string, fc.Arbitrary<number | string>>>): fc.Arbitrary<Arguments> =>
  fc.record(members) as fc.Arbitrary<Arguments>;
export const between = (from: number, to: number): { readonly from: number; readonly to: number } => ({ from, to });

/** What may happen to processes and to the links between them. */
export function processes(names: readonly string[]): readonly DrawableFault[] {
  return [
    // What is half done is lost with a process: most bugs of order and atomicity show only then.
    { kind: 'process.kill', weight: 3, targets: each(...names), lastsMs: between(200, 15_000) },
    { kind: 'process.pause', targets: each(...names), lastsMs: between(100, 12_000) },
  ];
}

/** Jobs judge by the database's clock, so that their own does not matter (system/numbering/README.md, Clocks). The services' is expected to be right. */
export function clocks(jobs: readonly string[]): readonly DrawableFault[] {
  return [
    {
      kind: 'clock.jump',
      targets: each(...jobs),
      options: options({ byMs: fc.constantFrom(5000, -5000, 3_600_000, -3_600_000) }),
      lastsMs: between(500, 20_000),
    },
  ];
}

export function links(pairs: readonly (readonly [string, string])[]): readonly DrawableFault[] {
  return [
    { kind: 'network.partition', targets: pairs, lastsMs: between(100, 15_000) },
    { kind: 'network.down', targets: pairs, lastsMs: between(100, 15_000) },
    { kind: 'network.blackhole', targets: pairs, lastsMs: between(100, 15_000) },
    { kind: 'network.reset', weight: 2, targets: pairs, lastsMs: between(10, 3000) },
    {
      kind: 'network.latency',
      targets: pairs,
      options: options({ latencyMs: fc.integer({ min: 5, max: 3000 }), jitterMs: fc.nat({ max: 500 }) }),
      lastsMs: between(500, 20_000),
    },
  ];
}

/** So often as the others of its topology a fault is drawn of what that topology is there for. */
export const OWN = 3;
export const often = (faults: readonly DrawableFault[]): readonly DrawableFault[] =>
  faults.map((fault) => ({ ...fault, weight: (fault.weight ?? 1) * OWN }));
