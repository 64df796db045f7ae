import { aggregate } from './aggregate.ts';
import { combine, combineSets, compute, withScalar } from './binary.ts';
import { absence, applyValueFunction, sortByValue, VALUE_FUNCTIONS } from './functions.ts';
import { histogramQuantile } from './histogram.ts';
import { Labels } from './labels.ts';
import { RANGE_FUNCTIONS } from './range-functions.ts';
import { instantVector, windows } from './select.ts';
import type { SeriesStore } from './store.ts';
import {
  isSetOperator,
  type BinaryOperation,
  type Expression,
  type FunctionCall,
  type RangeSelector,
} from './syntax.ts';
import { distinct, mapValues, type Element, type Vector } from './vector.ts';

/** Evaluates expressions at one instant. Throws EvaluationError. */
export class Evaluation {
  readonly #store: SeriesStore;
  readonly #atMs: number;

  constructor(store: SeriesStore, atMs: number) {
    this.#store = store;
    this.#atMs = atMs;
  }

  vector(expression: Expression): Vector {
    switch (expression.kind) {
      case 'selector':
        return instantVector(expression, this.#store, this.#atMs);
      case 'negation':
        return mapValues(this.vector(expression.argument), (value) => -value);
      case 'aggregation': {
        const parameter = expression.parameter === undefined ? 0 : this.scalar(expression.parameter);
        return aggregate(expression, parameter, this.vector(expression.argument));
      }
      case 'binary':
        return this.#binary(expression);
      case 'call':
        return this.#call(expression);
      default:
        throw new Error(`a ${expression.kind} is no vector`);
    }
  }

  scalar(expression: Expression): number {
    switch (expression.kind) {
      case 'number':
        return expression.value;
      case 'negation':
        return -this.scalar(expression.argument);
      case 'binary': {
        const { operator, left, right } = expression;
        if (isSetOperator(operator)) break;
        return compute(operator, this.scalar(left), this.scalar(right));
      }
      case 'call': {
        if (expression.name === 'time') return this.#atMs / 1000;
        const [argument] = expression.args;
        const [only, ...others] = argument === undefined ? [] : this.vector(argument);
        return only === undefined || others.length > 0 ? Number.NaN : only.value;
      }
      default:
    }
    throw new Error(`a ${expression.kind} is no scalar`);
  }

  #binary(operation: BinaryOperation): Vector {
    const { operator, left, right, bool, matching } = operation;
    if (isSetOperator(operator)) return combineSets(operator, matching, this.vector(left), this.vector(right));
    if (left.type === 'scalar') return withScalar(operator, this.vector(right), this.scalar(left), true, bool);
    if (right.type === 'scalar') return withScalar(operator, this.vector(left), this.scalar(right), false, bool);
    return combine(operation, operator, this.vector(left), this.vector(right));
  }

  #call(call: FunctionCall): Vector {
    const { name, args } = call;
    const range = args.find((argument) => argument.kind === 'range');
    if (range !== undefined) return this.#rangeCall(call, range);
    const scalars = args.filter(({ type }) => type === 'scalar').map((argument) => this.scalar(argument));
    if (name === 'vector') return [{ labels: Labels.none, value: scalars[0] ?? 0 }];
    const argument = args.find(({ type }) => type === 'vector');
    if (argument === undefined) throw new Error(`${name} without a vector`);
    if (name === 'timestamp') return this.#timestamps(argument);
    const vector = this.vector(argument);
    if (name in VALUE_FUNCTIONS) return applyValueFunction(name, vector, scalars);
    switch (name) {
      case 'absent':
        return vector.length > 0 ? [] : [absence(argument)];
      case 'sort':
        return sortByValue(vector, false);
      case 'sort_desc':
        return sortByValue(vector, true);
      case 'histogram_quantile':
        return histogramQuantile(scalars[0] ?? 0, vector);
      default:
        throw new Error(`no function ${name}`);
    }
  }

  #timestamps(argument: Expression): Vector {
    if (argument.kind !== 'selector') return mapValues(this.vector(argument), () => this.#atMs / 1000);
    const vector = instantVector(argument, this.#store, this.#atMs);
    const times = new Map(vector.map((element) => [element.labels, element.sampledAtMs / 1000]));
    return mapValues(vector, (_, { labels }) => times.get(labels) ?? 0);
  }

  #rangeCall({ name, args }: FunctionCall, range: RangeSelector): Vector {
    const found = windows(range, this.#store, this.#atMs);
    if (name === 'absent_over_time') return found.length > 0 ? [] : [absence(range)];
    const compute = RANGE_FUNCTIONS[name];
    if (compute === undefined) throw new Error(`no function ${name}`);
    const scalar = args.find(({ type }) => type === 'scalar');
    const parameter = scalar === undefined ? 0 : this.scalar(scalar);
    const [sources, results]: [{ labels: Labels }[], Element[]] = [[], []];
    for (const { series, window } of found) {
      const value = compute(window, parameter);
      if (value === undefined) continue;
      sources.push(series);
      results.push({ labels: name === 'last_over_time' ? series.labels : series.labels.withoutName(), value });
    }
    return name === 'last_over_time' ? results : distinct(sources, results);
  }
}
