/**
 * What the failover manager needs of the task runtime (system/operations/supervisor/runtime.ts), over HTTP:
 *
 *   POST {TASK_RUNTIME_URL}/v1/tasks/{name}:rebuild {"standbyOf": "…"}   2xx once the server runs anew, as a standby
 *
 * Whatever the task did is ended first (SIGKILL), its data are thrown away, and it starts as a standby of the named server
 * with a fresh copy of that one's data (`pg_basebackup -X stream -R` with the task's name as application_name).
 */
export interface TaskRuntime {
  /** @throws Error when the runtime does not do it */
  rebuild(name: string, standbyOf: string): Promise<void>;
}

/** The runtime at `base`; a call that takes longer than `timeoutMs` has failed. */
export function httpRuntime(base: string, timeoutMs: number): TaskRuntime {
  return {
    async rebuild(name, standbyOf) {
      const response = await fetch(new URL(`/v1/tasks/${encodeURIComponent(name)}:rebuild`, base), {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ standbyOf }),
        signal: AbortSignal.timeout(timeoutMs),
      });
      const text = await response.text();
      if (!response.ok) throw new Error(`The task runtime answered ${response.status}: ${text}`);
    },
  };
}
