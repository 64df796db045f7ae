import type { ExplorationModel } from '../../contract/index.ts';
import { collectDailyWork } from './exploration/administration/collect.ts';
import { backups } from './exploration/administration/backups.ts';
import { dailyRuns } from './exploration/administration/daily-runs.ts';
import { exports } from './exploration/administration/exports.ts';
import { terms } from './exploration/administration/terms.ts';
import { trail } from './exploration/administration/trail.ts';
import { accounted } from './exploration/accounted.ts';
import { answers } from './exploration/answers.ts';
import { bursts, collectSignals } from './exploration/bursts.ts';
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
import { views } from './exploration/views.ts';
import { topologies } from './exploration/topologies.ts';

const judges = [
  answers,
  accounted,
  keys,
  limits,
  bursts,
  messages,
  portal,
  alpha,
  validations,
  views,
  refusals,
  files,
  recalls,
  terms,
  exports,
  trail,
  dailyRuns,
  backups,
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
  // The work of jobs first: what was read before it is a part of what the tables have.
  collect: async (running) => ({
    ...(await collectDailyWork(running)),
    ...(await collectSignals(running)),
    ...(await collectWithKeys(running)),
  }),
  answers: (explored) => judges.flatMap((judge) => judge(explored)),
  namesOf,
  stateAt,
  states,
  sometimes,
};
