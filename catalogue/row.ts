import type { Ms } from '../contract/index.ts';
import type { Anchor, SEVERITIES } from './schema.ts';

/** A limit of the catalogue: its own text beside its meaning. */
export interface Limit {
  readonly text: string;
  readonly ms: Ms | 'immediate';
}

/** One line of `mitigation` or `recovery`, with its anchor filled in. */
export interface Line {
  readonly behaviour: string;
  readonly within: Limit;
  readonly from: Anchor;
}

/** Which assertion a sabotage line must turn red. */
export type Reference =
  | { readonly part: 'detection' }
  | { readonly part: 'impact' }
  | { readonly part: 'mitigation' | 'recovery'; readonly index: number }
  | { readonly part: 'invariant'; readonly name: string };

export interface SabotageLine {
  readonly disable: string;
  readonly expect: Reference;
  /** What is then seen, in the catalogue's words. */
  readonly seen: string;
}

/** One row of a failure catalogue, typed and complete: defaults are filled in and durations are numbers. */
export interface Row {
  readonly id: string;
  readonly system: string;
  readonly title: string;
  readonly sourceRef: string;
  readonly severity: (typeof SEVERITIES)[number];
  readonly likelihood: string | null;
  readonly needs: readonly string[];
  readonly steadyState: string;
  readonly fault: { readonly kinds: readonly string[]; readonly target: string; readonly shape: string };
  readonly impact: { readonly maySee: string; readonly never: string };
  readonly detection: {
    readonly alert: string;
    readonly signal: string;
    readonly condition: string;
    readonly within: Limit;
    readonly from: Anchor;
  };
  readonly mitigation: readonly Line[];
  readonly recovery: readonly Line[];
  readonly invariants: readonly string[];
  readonly sabotage: readonly SabotageLine[];
  readonly alongside: readonly { readonly alert: string; readonly why: string }[];
  readonly chosen: readonly string[];
  /** Every text of the row, as `quote` searches it. */
  readonly texts: readonly string[];
  /** `catalogue/numbering.yaml:123:5`. */
  readonly place: string;
}

/** One catalogue file. */
export interface Catalogue {
  readonly system: string;
  readonly source: string;
  readonly invariants: Readonly<Record<string, string>>;
  readonly rows: readonly Row[];
}

/** As results and reports write it: `mitigation[0]`, `invariant:single-holder`. */
export function referenceText(reference: Reference): string {
  if (reference.part === 'invariant') return `invariant:${reference.name}`;
  if (reference.part === 'detection' || reference.part === 'impact') return reference.part;
  return `${reference.part}[${reference.index}]`;
}
