/** What a scenario may turn on the load (`load:` in its file, `Load.set` while it runs). */
export const LOAD_OPTIONS = {
  /** ValidateLease calls a second, alternating between HTTP and gRPC. */
  validationsPerSecond: 5,
  /** Reservations begun a second. */
  reservationsPerSecond: 1,
  /** Messages sent a second, where sms-orchestrator is deployed. */
  messagesPerSecond: 0,
  /** Each Reserve is sent a second time with the same key and payload after its answer. */
  repeatReserves: false,
} satisfies Record<string, number | boolean>;

export type LoadOptions = { -readonly [K in keyof typeof LOAD_OPTIONS]: (typeof LOAD_OPTIONS)[K] };

/** Sets one option; an unknown name or a value of the wrong type throws. */
export function setOption(options: LoadOptions, name: string, value: number | boolean): void {
  if (!Object.hasOwn(LOAD_OPTIONS, name))
    throw new Error(`no load option ${name}; numbering has ${Object.keys(LOAD_OPTIONS).join(', ')}`);
  const wanted = typeof LOAD_OPTIONS[name as keyof LoadOptions];
  if (typeof value !== wanted) throw new Error(`load option ${name}: expected a ${wanted}, found ${String(value)}`);
  Object.assign(options, { [name]: value });
}
