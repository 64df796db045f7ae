import type { Operation } from '../../contract/index.ts';
import { Misread } from './models/history-model.ts';
import { textOf } from './values.ts';

/** An operation that was answered. */
export type Answered = Operation & {
  readonly completedAt: number;
  readonly result: NonNullable<Operation['result']>;
};

/** Operations of one name that happened, in the order of their invocation. */
export function answered(operations: readonly Operation[], name: string): readonly Answered[] {
  return operations.filter(
    (operation): operation is Answered =>
      operation.name === name &&
      operation.outcome === 'ok' &&
      operation.completedAt !== undefined &&
      operation.result !== undefined,
  );
}

/** Operations of one name that happened or may have. */
export function perhaps(operations: readonly Operation[], name: string): readonly Operation[] {
  return operations.filter((operation) => operation.name === name && operation.outcome !== 'fail');
}

/** A field as text (`values.ts`), so that equal values have equal texts. Throws a Misread where it is missing. */
export function textIn(of: Readonly<Record<string, unknown>>, field: string, { id, name }: Operation): string {
  if (of[field] === undefined) throw new Misread(`operation ${id}, ${name}: expected a field ${field}, found none`);
  return textOf(of[field]);
}

/** A field that is a finite number. Throws a Misread. */
export function numberIn(of: Readonly<Record<string, unknown>>, field: string, { id, name }: Operation): number {
  const value = of[field];
  if (typeof value !== 'number' || !Number.isFinite(value))
    throw new Misread(`operation ${id}, ${name}: expected a number as ${field}, found ${textOf(value)}`);
  return value;
}
