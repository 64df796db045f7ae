import type { Ms } from '../../contract/index.ts';
import type { Session } from './session.ts';

/** A scrape that took too long leaves no series until the next one. */
const SERIES_WITHIN_MS: Ms = 10_000;
const LOOK_EVERY_MS: Ms = 1000;

/**
 * A sabotage has its own witness. A safeguard that is off is exported as `safeguard_enabled{name}` 0 by
 * every service that declares it. Undefined when it took, or when the kind is carried out by the harness or the world itself.
 */
export async function sabotageTook(session: Session): Promise<string | undefined> {
  const { sabotage } = session.subject;
  if (sabotage?.kind !== 'safeguard-off') return undefined;
  const query = `sum(safeguard_enabled{name="${sabotage.safeguard}"})`;
  let value: number | undefined;
  const asked = async (): Promise<boolean> => {
    value = await session.running.metrics.at(query, session.now);
    return value !== undefined;
  };
  await session.until(asked, LOOK_EVERY_MS, session.now + SERIES_WITHIN_MS);
  if (value === 0) return undefined;
  return `sabotage did not take: expected ${query} = 0, found ${value ?? 'no such series'}; check the safeguard's name and SAFEGUARDS_OFF`;
}
