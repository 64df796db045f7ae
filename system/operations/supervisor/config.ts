/** Configuration of the supervisor. README.md explains each variable. */
import { z } from 'zod';
import { count, milliseconds, port, readConfig, url } from '../../kit/config.ts';

/** What happens when a task's liveness probe has failed often enough. */
export const LIVENESS_ACTIONS = ['report', 'restart'] as const;
export type LivenessAction = (typeof LIVENESS_ACTIONS)[number];

/** The action for tasks that are not named, and for each one that is. */
export interface LivenessActions {
  readonly fallback: LivenessAction;
  readonly byTask: ReadonlyMap<string, LivenessAction>;
}

const livenessActions = z
  .string()
  .default('report')
  .transform((text, context): LivenessActions => {
    let fallback: LivenessAction = 'report';
    const byTask = new Map<string, LivenessAction>();
    for (const part of text.split(',').map((item) => item.trim())) {
      const [left = '', right] = part.split('=');
      const action = LIVENESS_ACTIONS.find((known) => known === (right ?? left));
      if (action === undefined || left === '') {
        context.issues.push({
          code: 'custom',
          input: text,
          message: `must be ${LIVENESS_ACTIONS.join(' or ')}, then exceptions, like report,numbering-service=restart`,
        });
        return z.NEVER;
      }
      if (right === undefined) fallback = action;
      else byTask.set(left, action);
    }
    return { fallback, byTask };
  });

const shape = {
  TASK_RUNTIME_URL: url(['http'], 'http://task-runtime:9000'),
  HTTP_HOST: z.string().default('0.0.0.0'),
  HTTP_PORT: port(8090),
  LOG_LEVEL: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']).default('info'),
  POLL_MS: milliseconds(1000),
  PROBE_MS: milliseconds(5000),
  PROBE_TIMEOUT_MS: milliseconds(2000),
  PROBE_FAILURES: count(3),
  RUNTIME_TIMEOUT_MS: milliseconds(15_000),
  LIVENESS_ACTION: livenessActions,
  RESTART_BACKOFF_MS: milliseconds(1000),
  RESTART_BACKOFF_MAX_MS: milliseconds(30_000),
  RESTART_BACKOFF_RESET_MS: milliseconds(60_000),
  SHUTDOWN_GRACE_MS: milliseconds(8000),
};

/** @throws ConfigurationError */
export function supervisorConfig(env: NodeJS.ProcessEnv) {
  return readConfig(shape, env);
}

export type SupervisorConfig = ReturnType<typeof supervisorConfig>;
