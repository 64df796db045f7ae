import type { SyntaxNode } from '@lezer/common';

/** Helpers for the grammar's tree. */

export function textOf(node: SyntaxNode, source: string): string {
  return source.slice(node.from, node.to);
}

/** The named children; none of nothing. Comments are not among them. */
export function children(node: SyntaxNode | undefined): SyntaxNode[] {
  const found: SyntaxNode[] = [];
  for (let child = node?.firstChild ?? null; child !== null; child = child.nextSibling) {
    if (child.name !== 'LineComment' && /^\w/.test(child.name)) found.push(child);
  }
  return found;
}

/** The first child of that name. */
export function named(node: SyntaxNode | undefined, name: string): SyntaxNode | undefined {
  return node?.getChild(name) ?? undefined;
}
