/** Counts each call by operation and outcome, on both protocols. */
import { toProblem } from '../../kit/http.ts';
import type { App } from './app.ts';

/** Runs `work`; whatever it throws comes out as a Problem. */
export async function operation<T>(app: App, name: string, work: () => Promise<T>): Promise<T> {
  try {
    const result = await work();
    app.metrics.request(name, 'OK');
    return result;
  } catch (error) {
    const problem = toProblem(error);
    app.metrics.request(name, problem.code);
    throw problem;
  }
}
