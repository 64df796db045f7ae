/** Which region does what is to be done once: the one that has the primary. */
import { z } from 'zod';
import { names, url } from '../../kit/config.ts';
import type { Safeguard } from '../../kit/safeguards.ts';

export const EXPORT_REPLANNING: Safeguard = {
  name: 'export-replanning',
  protects:
    'the regulator exports that another region has planned and not made are planned in the region that is primary now',
};

export const inChargeConfig = {
  /** The PostgreSQL servers of this process's region. */
  REGION_SERVER: names(),
  FAILOVER_MANAGER_URL: url(['http'], 'http://failover-manager:8095').optional(),
};

const answer = z.object({ primary: z.string().nullable() });

/** Asks the failover manager; without one there is one region. False while it does not answer. */
export async function inCharge(
  options: { readonly REGION_SERVER: readonly string[]; readonly FAILOVER_MANAGER_URL?: string | undefined },
  timeoutMs: number,
): Promise<boolean> {
  const { REGION_SERVER, FAILOVER_MANAGER_URL: base } = options;
  if (REGION_SERVER.length === 0 || base === undefined) return true;
  try {
    const response = await fetch(new URL('/v1/primary', base), { signal: AbortSignal.timeout(timeoutMs) });
    const { primary } = answer.parse(await response.json());
    return primary !== null && REGION_SERVER.includes(primary);
  } catch {
    return false;
  }
}
