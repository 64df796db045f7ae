import type { ExplorationModel } from '../../contract/index.ts';
import { collect } from './collect.ts';
import { accounted } from './exploration/accounted.ts';
import { answers } from './exploration/answers.ts';
import { namesOf } from './exploration/names.ts';
import { commands, stories } from './exploration/commands.ts';
import { convergence } from './exploration/convergence.ts';
import { linearizability } from './exploration/linearizability.ts';
import { NumberingPerformer } from './exploration/performer.ts';
import { sometimes } from './exploration/sometimes.ts';
import { stateAt, states } from './exploration/states.ts';
import { topologies } from './exploration/topologies.ts';

/** Tenants, operators and officers of numbering, as `faultline explore` draws and judges them. */
export const exploration: ExplorationModel = {
  system: 'numbering',
  topologies,
  commands,
  stories,
  again: 'repeat',
  clientsMax: 5,
  begin: (running, history) => NumberingPerformer.begin(running, history),
  convergence,
  collect,
  answers: (explored) => [...answers(explored), ...accounted(explored), ...linearizability(explored)],
  namesOf,
  stateAt,
  states,
  sometimes,
};
