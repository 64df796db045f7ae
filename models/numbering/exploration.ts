import type { ExplorationModel } from '../../contract/index.ts';
import { accounted } from './exploration/accounted.ts';
import { answers } from './exploration/answers.ts';
import { alpha } from './exploration/alpha.ts';
import { collectWithKeys, keys } from './exploration/keys.ts';
import { files } from './exploration/files.ts';
import { limits } from './exploration/limits.ts';
import { messages } from './exploration/messages.ts';
import { portal } from './exploration/portal.ts';
import { recalls } from './exploration/recalls.ts';
import { refusals } from './exploration/refusals.ts';
import { namesOf } from './exploration/names.ts';
import { commands, stories } from './exploration/commands.ts';
import { convergence } from './exploration/convergence.ts';
import { linearizability } from './exploration/linearizability.ts';
import { CLIENTS, NumberingPerformer } from './exploration/performer.ts';
import { sometimes } from './exploration/sometimes.ts';
import { stateAt, states } from './exploration/states.ts';
import { transitions } from './exploration/transitions.ts';
import { validations } from './exploration/validations.ts';
import { topologies } from './exploration/topologies.ts';

const judges = [
  answers,
  accounted,
  keys,
  limits,
  messages,
  portal,
  alpha,
  validations,
  refusals,
  files,
  recalls,
  transitions,
  linearizability,
] as const;

/** Tenants, operators and officers of numbering, as `faultline explore` draws and judges them. */
export const exploration: ExplorationModel = {
  system: 'numbering',
  topologies,
  commands,
  stories,
  again: 'repeat',
  clientsMax: CLIENTS,
  begin: (running, history) => NumberingPerformer.begin(running, history),
  convergence,
  collect: collectWithKeys,
  answers: (explored) => judges.flatMap((judge) => judge(explored)),
  namesOf,
  stateAt,
  states,
  sometimes,
};
