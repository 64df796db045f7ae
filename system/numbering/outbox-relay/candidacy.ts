/** Who of several relays publishes: the one whose listening connection holds an advisory lock, which ends with the process. */
import type pg from 'pg';

/** The lock of the relay that publishes. */
const LEADER_LOCK = 7_280_031;
/** Between two attempts to lead, while another relay does. */
const LEAD_AGAIN_MS = 1000;

/** The listening connection. */
export type Candidate = Pick<pg.Client, 'query' | 'end'>;

export class Candidacy {
  readonly #lead: (leads: boolean) => void;
  #client: Candidate | undefined;
  #timer: NodeJS.Timeout | undefined;

  /** @param lead is told whether this relay publishes */
  constructor(lead: (leads: boolean) => void) {
    this.#lead = lead;
  }

  /** Stands for the lead on this connection, until it leads or `withdraw` is called. @throws when the first attempt fails */
  async stand(client: Candidate): Promise<void> {
    this.#client = client;
    const tried = await client.query<{ leads: boolean }>('SELECT pg_try_advisory_lock($1) AS leads', [LEADER_LOCK]);
    if (this.#client !== client) return;
    if (tried.rows[0]?.leads === true) this.#lead(true);
    else this.#timer = setTimeout(() => void this.#again(client), LEAD_AGAIN_MS);
  }

  /** The connection was lost, and the lock with it. */
  withdraw(): void {
    clearTimeout(this.#timer);
    this.#client = undefined;
    this.#lead(false);
  }

  /** A connection that does not answer may never do: it is ended, so that another one is made, which stands anew. */
  async #again(client: Candidate): Promise<void> {
    try {
      await this.stand(client);
    } catch {
      await client.end().catch(() => {});
    }
  }
}
