/** Steps of the runbooks in `system/numbering/alerts/`. */
import type { OperatorStep } from 'faultline';

/** Restarts the task of a job by the supervisor's operator API. */
export function restartJob(task: string): OperatorStep {
  return {
    title: `restart ${task} by the supervisor`,
    run: async ({ running }) => {
      const { status, body } = await running.admin.http('supervisor', {
        method: 'POST',
        path: `/v1/tasks/${task}:restart`,
      });
      if (status !== 200) throw new Error(`the supervisor answered ${status}: ${JSON.stringify(body)}`);
    },
  };
}
