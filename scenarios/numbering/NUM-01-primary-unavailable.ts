import { both, configured, inRun, metric, primaryLost, safeguardOff, scenario } from 'faultline';
import { IMPORTS, importDone, importPaused, importUnderWay } from './import-half-way.ts';
import { SURGE, fewPods, morePods, nobodyWaitsLonger, poolDriven } from './pool-exhausted.ts';
import {
  MZR,
  cachedUntil,
  callsSucceed,
  coldValidations,
  dispatchStops,
  dispatchesValidated,
  heldDispatched,
  leasesToChange,
  noOlderValidation,
  podsReady,
  readsFromMzr,
  writesOfEveryKind,
  writesRefused,
  writesSucceed,
} from './primary-away.ts';
import { validateP95 } from './probes.ts';

const MANAGER = 'failover-manager';

export default scenario('NUM-01', ({ quote }) => {
  const age = quote('60 s');
  const away = { manager: MANAGER, promotionHeld: false };
  const clients = [leasesToChange, coldValidations, writesOfEveryKind];
  return {
    runs: {
      A: {
        ...primaryLost('postgres', { ...away, staysDown: true }).for(20_000),
        activities: clients,
        judges: { mitigation: [], recovery: [0] },
      },
      B: {
        ...primaryLost('postgres', { ...away, promotionHeld: true }).for(quote('180 s')),
        activities: [...clients, importUnderWay],
        environment: { [IMPORTS]: {}, [MZR]: {} },
        maxSpeed: {
          speed: 2,
          why: 'two dozen processes behind a pooler: at 4 a busy processor makes the P95 of validations 11 ms without any fault',
        },
        judges: { mitigation: [0, 1, 2, 3, 4], recovery: [1, 2] },
      },
      C: {
        ...poolDriven(quote('20x')).for(15_000),
        activities: [fewPods],
        maxSpeed: {
          speed: 1,
          why: 'twenty times the usual calls are a hundred and twenty at one instant: at 10 they would be twelve hundred a second',
        },
        environment: { [SURGE]: {}, autoscaler: {} },
        judges: { detection: 'silent', mitigation: [5], recovery: [] },
      },
    },
    maxSpeed: {
      speed: 4,
      why: 'a pooler has 2 s for a connection, login and all: 0.2 s at 10, while a dozen services open theirs',
    },
    load: { messagesPerSecond: 1 },
    steadyState: [
      callsSucceed,
      validateP95.atMost(quote('5 ms')),
      metric('pods that are ready', 'min(numbering_ready{job="numbering-service"})').equals(1),
    ],
    mitigation: {
      0: writesRefused,
      1: cachedUntil(age),
      2: dispatchStops(age),
      3: importPaused,
      4: readsFromMzr,
      5: both(nobodyWaitsLonger(quote('2 s')), morePods),
    },
    recovery: { 0: writesSucceed, 1: both(heldDispatched, importDone), 2: podsReady },
    never: [noOlderValidation(age), dispatchesValidated(age)],
    maySee: {
      reserve: ['UNAVAILABLE'],
      'release-reservation': ['UNAVAILABLE', 'RESERVATION_EXPIRED'],
      assign: ['UNAVAILABLE', 'RESERVATION_EXPIRED'],
      release: ['UNAVAILABLE'],
      recall: ['UNAVAILABLE'],
      validate: ['UNAVAILABLE'],
    },
    sabotage: {
      0: inRun('B', safeguardOff('validation-age-bound')),
      1: inRun('B', safeguardOff('dispatch-fail-closed')),
      2: inRun('A', safeguardOff('automatic-promotion')),
      3: inRun('C', configured('pgbouncer', { pool_mode: 'session' })),
    },
  };
});
