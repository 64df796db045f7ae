import type { SyntaxNode, Tree } from '@lezer/common';
import { parseDuration } from './duration.ts';
import { PromqlError } from './errors.ts';
import { parseBinary } from './parse-binary.ts';
import { parseSelector } from './parse-selector.ts';
import { parseCorrected } from './postfix.ts';
import { SIGNATURES } from './signatures.ts';
import { unquote } from './strings.ts';
import { AGGREGATIONS, type Expression, type Selector, type ValueType } from './syntax.ts';
import { children, named, textOf } from './tree.ts';

/** Reads a query into a tree. Throws PromqlError for what is wrong and for what this evaluator does not support. */
export function parseExpression(text: string): Expression {
  const { tree, source, original } = parseCorrected(text);
  try {
    return parseTree(tree, source);
  } catch (cause) {
    if (!(cause instanceof PromqlError)) throw cause;
    throw new PromqlError(cause.reason, original(cause.position));
  }
}

function parseTree(tree: Tree, source: string): Expression {
  tree.iterate({
    enter(node) {
      if (node.type.isError) throw new PromqlError(syntaxMessage(source, node.from), node.from);
    },
  });
  const root = tree.topNode.firstChild;
  if (root === null) throw new PromqlError('the query is empty', 0);
  return walk(root, source);
}

const CALL_START = /([a-zA-Z_]\w*)\s*$/;

function syntaxMessage(source: string, at: number): string {
  const unknown = source[at] === '(' ? CALL_START.exec(source.slice(0, at))?.[1] : undefined;
  if (unknown !== undefined) return `there is no function ${unknown}; supported are ${supportedFunctions()}`;
  return `syntax error near ${JSON.stringify(source.slice(at, at + 20))}`;
}

function supportedFunctions(): string {
  return [...SIGNATURES.keys()].toSorted().join(', ');
}

function walk(node: SyntaxNode, source: string): Expression {
  switch (node.name) {
    case 'NumberDurationLiteral':
      return { kind: 'number', type: 'scalar', value: parseNumber(node, source) };
    case 'StringLiteral':
      return { kind: 'string', type: 'string', value: parseString(node, source) };
    case 'VectorSelector':
      return parseSelector(node, source);
    case 'ParenExpr':
      return walk(only(node), source);
    case 'UnaryExpr':
      return unary(node, source);
    case 'OffsetExpr':
      return offset(node, source);
    case 'MatrixSelector':
      return matrix(node, source);
    case 'FunctionCall':
      return call(node, source);
    case 'AggregateExpr':
      return aggregation(node, source);
    case 'BinaryExpr':
      return parseBinary(node, source, walk);
    default:
      throw new PromqlError(
        `${describe(node.name)} is not supported; supported are selectors with ranges and offsets, functions, aggregations and operators`,
        node.from,
      );
  }
}

const NAMES: Readonly<Record<string, string>> = { SubqueryExpr: 'a subquery', StepInvariantExpr: 'the @ modifier' };

function describe(name: string): string {
  return NAMES[name] ?? name;
}

function only(node: SyntaxNode): SyntaxNode {
  const child = children(node)[0];
  if (child === undefined) throw new PromqlError('an expression is missing', node.from);
  return child;
}

function parseNumber(node: SyntaxNode, source: string): number {
  const text = textOf(node, source).replace(/\s/g, '');
  const [, sign = '', digits = ''] = /^([+-]?)(.*)$/.exec(text.toLowerCase()) ?? [];
  const factor = sign === '-' ? -1 : 1;
  if (digits === 'inf') return factor * Infinity;
  if (digits === 'nan') return Number.NaN;
  const value = digits.includes('_') ? Number.NaN : Number(digits);
  if (Number.isNaN(value)) {
    throw new PromqlError(`${text} is no number: a duration is supported in ranges and offsets only`, node.from);
  }
  return factor * value;
}

function parseString(node: SyntaxNode, source: string): string {
  const text = unquote(textOf(node, source));
  if (text === undefined) throw new PromqlError('a string that is open or has an unknown escape', node.from);
  return text;
}

function unary(node: SyntaxNode, source: string): Expression {
  const [operator, operand] = children(node);
  if (operator === undefined || operand === undefined) throw new PromqlError('an operand is missing', node.from);
  const argument = walk(operand, source);
  if (argument.type !== 'scalar' && argument.type !== 'vector') {
    throw new PromqlError(`a ${argument.type} has no sign`, node.from);
  }
  if (textOf(operator, source) === '+') return argument;
  return { kind: 'negation', type: argument.type, argument };
}

function durationAt(node: SyntaxNode | undefined, source: string): number {
  const text = node === undefined ? '' : textOf(node, source).replace(/\s/g, '');
  const negative = text.startsWith('-');
  const duration = parseDuration(text.replace(/^[+-]/, ''));
  if (duration === undefined) {
    throw new PromqlError(`${JSON.stringify(text)} is not supported as a duration; write it as 1h30m`, node?.from ?? 0);
  }
  return negative ? -duration : duration;
}

function offset(node: SyntaxNode, source: string): Expression {
  const inner = walk(only(node), source);
  const offsetMs = durationAt(named(node, 'OffsetDurationExpr'), source);
  const shifted = (selector: Selector): Selector => {
    if (selector.offsetMs !== 0) throw new PromqlError('offset may not be set twice', node.from);
    return { ...selector, offsetMs };
  };
  const bare = only(node).name !== 'ParenExpr';
  if (bare && inner.kind === 'selector') return shifted(inner);
  if (bare && inner.kind === 'range') return { ...inner, selector: shifted(inner.selector) };
  throw new PromqlError('offset must follow a selector', node.from);
}

function matrix(node: SyntaxNode, source: string): Expression {
  const selector = walk(only(node), source);
  if (selector.kind !== 'selector' || only(node).name !== 'VectorSelector') {
    throw new PromqlError('a range must follow a selector', node.from);
  }
  const rangeMs = durationAt(named(node, 'DurationExpr'), source);
  if (rangeMs <= 0) throw new PromqlError('a range must be longer than 0', node.from);
  return { kind: 'range', type: 'matrix', selector, rangeMs };
}

function call(node: SyntaxNode, source: string): Expression {
  const identifier = named(node, 'FunctionIdentifier');
  const name = identifier === undefined ? '' : textOf(identifier, source);
  const signature = SIGNATURES.get(name);
  if (signature === undefined) {
    throw new PromqlError(`the function ${name} is not supported; supported are ${supportedFunctions()}`, node.from);
  }
  const nodes = children(named(node, 'FunctionCallBody'));
  const args = nodes.map((child) => walk(child, source));
  const { length } = signature.args;
  if (args.length > length || args.length < length - signature.optional) {
    throw new PromqlError(`${name} takes ${length} argument(s), not ${args.length}`, node.from);
  }
  for (const [at, argument] of args.entries()) expectType(argument, signature.args[at], nodes[at] ?? node, name);
  return { kind: 'call', type: signature.returns, name, args };
}

function expectType(argument: Expression, type: ValueType | undefined, node: SyntaxNode, name: string): void {
  if (argument.type !== type) throw new PromqlError(`${name} takes a ${type} here, not a ${argument.type}`, node.from);
}

function aggregation(node: SyntaxNode, source: string): Expression {
  const name = textOf(named(node, 'AggregateOp') ?? node, source).toLowerCase();
  const operation = AGGREGATIONS.find((known) => known === name);
  if (operation === undefined) {
    throw new PromqlError(
      `the aggregation ${name} is not supported; supported are ${AGGREGATIONS.join(', ')}`,
      node.from,
    );
  }
  const nodes = children(named(node, 'FunctionCallBody'));
  const args = nodes.map((child) => walk(child, source));
  const wanted = ['topk', 'bottomk', 'quantile'].includes(operation) ? 2 : 1;
  const argument = args.at(-1);
  if (args.length !== wanted || argument === undefined) {
    throw new PromqlError(`${name} takes ${wanted} argument(s), not ${args.length}`, node.from);
  }
  expectType(argument, 'vector', nodes.at(-1) ?? node, name);
  const parameter = wanted === 2 ? args[0] : undefined;
  if (parameter !== undefined) expectType(parameter, 'scalar', nodes[0] ?? node, name);
  const modifier = named(node, 'AggregateModifier');
  const labels = children(named(modifier, 'GroupingLabels')).map((label) => textOf(label, source));
  const grouping = { without: named(modifier, 'Without') !== undefined, labels };
  return { kind: 'aggregation', type: 'vector', operation, parameter, argument, grouping };
}
