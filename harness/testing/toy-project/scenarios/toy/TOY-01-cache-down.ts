import { kill, operations, safeguardOff, scenario } from 'faultline';

const reads = operations('read');

export default scenario('TOY-01', ({ quote }) => ({
  runs: { A: kill('cache').for(quote('1 min')), B: kill('cache').for(quote('40 s')) },
  steadyState: [reads.resultIs('source', 'cache')],
  mitigation: { 0: reads.resultIs('source', 'database') },
  recovery: { 0: reads.resultIs('source', 'cache') },
  never: [reads.allSucceed()],
  maySee: {},
  sabotage: { 0: safeguardOff('fallback') },
}));
