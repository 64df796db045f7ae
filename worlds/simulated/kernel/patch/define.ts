/** Replaces a property of a built-in for the life of this (child) process. */
export function replace(target: object, key: PropertyKey, value: unknown): void {
  const old = Object.getOwnPropertyDescriptor(target, key);
  Object.defineProperty(target, key, {
    value,
    configurable: true,
    writable: true,
    enumerable: old?.enumerable ?? true,
  });
}

/** Replaces a property by an accessor. */
export function replaceGetter(
  target: object,
  key: PropertyKey,
  get: () => unknown,
  set: (value: unknown) => void = () => {},
): void {
  Object.defineProperty(target, key, { get, set, configurable: true, enumerable: true });
}
