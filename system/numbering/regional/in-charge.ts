/** Which region does what is to be done once: the one whose server is primary. */
import { z } from 'zod';
import { url } from '../../kit/config.ts';
import type { Safeguard } from '../../kit/safeguards.ts';

export const EXPORT_REPLANNING: Safeguard = {
  name: 'export-replanning',
  protects:
    'the regulator exports that another region has planned and not made are planned in the region that is primary now',
};

export const inChargeConfig = {
  /** The PostgreSQL server of this process's region. */
  REGION_SERVER: z.string().optional(),
  FAILOVER_MANAGER_URL: url(['http'], 'http://failover-manager:8095').optional(),
};

const answer = z.object({ primary: z.string().nullable() });

/** Asks the failover manager; without one there is one region. False while it does not answer. */
export async function inCharge(
  options: { readonly REGION_SERVER?: string | undefined; readonly FAILOVER_MANAGER_URL?: string | undefined },
  timeoutMs: number,
): Promise<boolean> {
  const { REGION_SERVER, FAILOVER_MANAGER_URL: base } = options;
  if (REGION_SERVER === undefined || base === undefined) return true;
  try {
    const response = await fetch(new URL('/v1/primary', base), { signal: AbortSignal.timeout(timeoutMs) });
    return answer.parse(await response.json()).primary === REGION_SERVER;
  } catch {
    return false;
  }
}
