/** Contract check, daily: how many days each operator's contract has left, and whether commerce operations have seen it in time. */
import { Gauge } from 'prom-client';
import type { Safeguard, Safeguards } from '../../../kit/safeguards.ts';
import { readContracts, readExpiringTerms } from '../../store/contracts.ts';
import { putGates, type Gate } from '../../store/gates.ts';
import type { Job } from '../job.ts';
import { dailyJob, type DailyParts } from './daily-job.ts';

export const DAILY_CONTRACT_CHECK: Safeguard = {
  name: 'daily-contract-check',
  protects: 'contracts that end are announced 60, 30 and 7 days before',
};

/** The first announcement, which has to be acknowledged. */
const FIRST_STEP_DAYS = 60;

export function createContractCheck(parts: DailyParts & { readonly safeguards: Safeguards }): Job {
  const { config, pool, registry, safeguards } = parts;
  const days = new Gauge({
    name: 'numbering_contract_days_to_expiry',
    help: 'Days, begun ones included, until the contract of an operator ends, as the last daily check found it; 0 or less when it is over',
    labelNames: ['operator', 'contract'],
    registers: [registry],
  });

  const measure = async (): Promise<{ contracts: number; expiring: number }> => {
    const contracts = await readContracts(pool);
    let expiring = 0;
    days.reset();
    for (const { id, operatorId, effectiveUntil, at } of contracts) {
      const left = Math.ceil((effectiveUntil.getTime() - at.getTime()) / config.DAY_MS);
      days.set({ operator: operatorId, contract: id }, left);
      if (left <= FIRST_STEP_DAYS) expiring += 1;
    }
    return { contracts: contracts.length, expiring };
  };
  const judgeGates = async (): Promise<void> => {
    const expiring = await readExpiringTerms(pool, FIRST_STEP_DAYS, FIRST_STEP_DAYS * config.DAY_MS);
    const gates = expiring.map(({ contractId, effectiveUntil, acknowledgedAt, acknowledgedBy }): Gate => {
      const inTime = acknowledgedAt !== undefined && acknowledgedAt < effectiveUntil;
      const seen =
        acknowledgedAt === undefined
          ? `nobody has acknowledged`
          : `${acknowledgedBy} acknowledged at ${acknowledgedAt.toISOString()}`;
      const detail = `${seen} that the term ends at ${effectiveUntil.toISOString()}`;
      return { gate: 'contract-expiry', subject: contractId, passed: inTime, detail };
    });
    await putGates(pool, gates);
  };

  return dailyJob(
    parts,
    'contract-check',
    async () => {
      if (!safeguards.on(DAILY_CONTRACT_CHECK)) return { skipped: 1 };
      const found = await measure();
      await judgeGates();
      return found;
    },
    async () => {
      // After a restart the gauge shows what it showed before, not nothing until the next day.
      if (safeguards.on(DAILY_CONTRACT_CHECK)) await measure();
    },
  );
}
