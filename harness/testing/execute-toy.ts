import { loadCatalogues } from '../../catalogue/index.ts';
import type { Row } from '../../catalogue/index.ts';
import type { LineResult, ScenarioBody, World } from '../../contract/index.ts';
import { kill, operations } from '../../index.ts';
import { logPatterns } from '../../models/checkers/index.ts';
import { execute } from '../run/execute.ts';
import type { Executed, Execution } from '../run/execute.ts';
import type { RunSubject } from '../run/session.ts';
import { deployment } from './toy-project/deployments/toy.ts';
import { invariant } from './toy-project/models/toy/invariants/single-holder.ts';
import { model } from './toy-project/models/toy/model.ts';
import { toyWorld } from './toy-world.ts';

export const TOY_ROOT = new URL('toy-project', import.meta.url).pathname;

const reads = operations('read');

/** What TOY-01 says, for tests that change one thing of it. */
export const TOY_BODY: ScenarioBody = {
  runs: { A: kill('cache').for(60_000) },
  steadyState: [reads.resultIs('source', 'cache')],
  mitigation: { 0: reads.resultIs('source', 'database') },
  recovery: { 0: reads.resultIs('source', 'cache') },
  never: [reads.allSucceed()],
  maySee: {},
  sabotage: {},
};

export interface ToyRun extends Partial<
  Pick<RunSubject, 'sabotage' | 'mutation' | 'abortOn' | 'seed' | 'invariants' | 'model'>
> {
  readonly world?: World;
  readonly body?: Partial<ScenarioBody>;
  readonly row?: Partial<Row>;
  readonly signal?: AbortSignal;
  readonly crashed?: AbortSignal;
  readonly lines?: LineResult[];
  readonly stopAt?: Execution['stopAt'];
}

/** Runs TOY-01 in this process, with one thing or another changed. */
export async function executeToy({
  world = toyWorld(),
  body,
  row,
  signal,
  crashed,
  lines,
  stopAt,
  ...subject
}: ToyRun = {}): Promise<Executed> {
  const [catalogue] = loadCatalogues(TOY_ROOT);
  const toy = catalogue?.rows[0];
  if (!catalogue || !toy) throw new Error('the toy catalogue has no row');
  const whole = { ...TOY_BODY, ...body };
  const plan = whole.runs['A'];
  if (!plan) throw new Error('no run A');
  return execute({
    subject: {
      row: { ...toy, ...row },
      catalogue,
      run: 'A',
      body: whole,
      plan,
      model,
      invariants: [invariant],
      logPatterns,
      seed: 1,
      ...subject,
    },
    world,
    deployment: { ...deployment, components: deployment.components.filter(({ name }) => name !== 'unused') },
    speed: 1,
    watching: { phase: () => {}, line: (line) => lines?.push(line) },
    signal: signal ?? new AbortController().signal,
    ...(crashed === undefined ? {} : { crashed }),
    ...(stopAt === undefined ? {} : { stopAt }),
    wallClock: () => 0,
  });
}
