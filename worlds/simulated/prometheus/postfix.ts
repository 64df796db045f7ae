import type { SyntaxNode, Tree } from '@lezer/common';
import { parser } from '@prometheus-io/lezer-promql';

/** The parts of an expression that belong to the operand right before them. */
const POSTFIXES = new Set(['OffsetExpr', 'MatrixSelector', 'SubqueryExpr', 'StepInvariantExpr']);

/** A source whose tree is right, and where parentheses were put in for that. */
export interface Corrected {
  readonly tree: Tree;
  readonly source: string;
  /** The place in the original of a place in the corrected source. */
  readonly original: (position: number) => number;
}

/**
 * The grammar gives `a + b offset 5m` the offset of the whole sum, where Prometheus gives it that of `b`: parentheses
 * around the operand and its modifier make the grammar read it as Prometheus does.
 */
export function parseCorrected(text: string): Corrected {
  let source = text;
  const inserted: number[] = [];
  for (;;) {
    const tree = parser.parse(source);
    const wrong = findMisread(tree.topNode);
    if (wrong === undefined) {
      return { tree, source, original: (position) => position - inserted.filter((at) => at < position).length };
    }
    const { from, to } = wrong;
    source = `${source.slice(0, from)}(${source.slice(from, to)})${source.slice(to)}`;
    for (const [at, earlier] of inserted.entries()) {
      inserted[at] = earlier + Number(earlier >= from) + Number(earlier >= to);
    }
    inserted.push(from, to + 1);
  }
}

function findMisread(node: SyntaxNode): { from: number; to: number } | undefined {
  if (POSTFIXES.has(node.name)) {
    const operand = rightmost(node.firstChild);
    if (operand !== null && operand.from !== node.firstChild?.from) return { from: operand.from, to: node.to };
  }
  for (let child = node.firstChild; child !== null; child = child.nextSibling) {
    const found = findMisread(child);
    if (found !== undefined) return found;
  }
  return undefined;
}

function rightmost(node: SyntaxNode | null): SyntaxNode | null {
  return node?.name === 'BinaryExpr' || node?.name === 'UnaryExpr' ? rightmost(node.lastChild) : node;
}
