/** `promise`, or what `late` makes after `ms`. A late answer is dropped. */
export function bounded<T>(ms: number, promise: Promise<T>, late: () => Error): Promise<T> {
  return new Promise((resolve, reject) => {
    // After a stall of the process the loop runs timers before it reads: what came in time is heard before it counts as late.
    const timer = setTimeout(() => setImmediate(() => reject(late())), ms);
    promise.then(
      (value) => {
        clearTimeout(timer);
        resolve(value);
      },
      (error: Error) => {
        clearTimeout(timer);
        reject(error);
      },
    );
  });
}
