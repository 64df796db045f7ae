import { blackhole, both, inRun, kill, safeguardOff, scenario } from 'faultline';
import {
  alphaRefusedWithin,
  assignmentsSucceed,
  isOtherKind,
  isVerifiedP95,
  leasesOfEveryKind,
  othersNotRefused,
  retriesSucceed,
} from './alpha.ts';
import { noSlowerThan } from './pace.ts';

/** NUM-17's figure for what a tenant would call slower. */
const SLOWER = 1.5;
const othersNotSlower = noSlowerThan(SLOWER, 'MSISDN and short-code assignments', isOtherKind);

export default scenario('NUM-06', ({ quote }) => ({
  runs: {
    A: kill('sender-id-registry').for(quote('2 min')),
    // Calls are accepted and nothing is answered.
    B: blackhole('numbering-service', 'sender-id-registry').for(quote('2 min')),
  },
  // The row needs no job, but the load lets reservations expire, and somebody has to release them.
  environment: { 'numbering-jobs-cleanup': {} },
  maxSpeed: {
    speed: 2,
    why: 'a refusal in under 2 s, and assignments that are held to others, are real milliseconds times the speed',
  },
  steadyState: [assignmentsSucceed, isVerifiedP95.atMost(quote('50 ms'))],
  activities: [leasesOfEveryKind],
  mitigation: { 0: alphaRefusedWithin(quote('2 s')), 1: both(othersNotRefused, othersNotSlower) },
  recovery: { 0: retriesSucceed },
  never: [othersNotRefused, othersNotSlower],
  maySee: { assign: ['ALPHA_VERIFY_UNAVAILABLE'] },
  sabotage: {
    0: safeguardOff('alpha-fail-closed'),
    1: inRun('B', safeguardOff('alpha-verify-deadline')),
  },
}));
