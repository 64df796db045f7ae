import inspector from 'node:inspector';

/**
 * Opens Node's inspector on a free port of this machine and waits, without a turn of the loop, until a debugger has attached; the next statement is
 * a breakpoint. Time is virtual in the simulated world, so it stands still here and at every breakpoint set from here on.
 * @param listening hears the address before the wait begins
 */
export function waitForDebugger(listening: (url: string) => void): void {
  if (inspector.url() === undefined) inspector.open(0, '127.0.0.1');
  listening(inspector.url() ?? '');
  inspector.waitForDebugger();
  // oxlint-disable-next-line no-debugger -- this is what --inspect asks for
  debugger;
}

/** Lets a debugger go that is still attached: the process would wait for it at its exit. */
export function leaveDebugger(): void {
  if (inspector.url() !== undefined) inspector.close();
}
