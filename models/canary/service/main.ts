/**
 * A service with a bug behind a switch: exploration must find it in each CI run, which proves that the search is alive.
 * `PUT /slots/{slot}` with `{"owner": "..."}` claims a slot for its first owner: 201, or 409 when it is another's. With
 * SAFEGUARDS_OFF=write-before-answer a claim of a slot that looks free is answered before it is written: who dies in
 * between has promised what nobody knows of.
 */
import http from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';

const { DATABASE_URL, HTTP_PORT = '8080', SAFEGUARDS_OFF = '' } = process.env;
const writesBeforeAnswer = !SAFEGUARDS_OFF.split(',').includes('write-before-answer');
/** Claims that come within this are written together, where the answer does not wait for it. */
const WRITE_BEHIND_MS = 20;
const STATEMENT_TIMEOUT_MS = 2000;

const pool = new pg.Pool({
  connectionString: DATABASE_URL,
  max: 4,
  connectionTimeoutMillis: STATEMENT_TIMEOUT_MS,
  query_timeout: STATEMENT_TIMEOUT_MS,
  statement_timeout: STATEMENT_TIMEOUT_MS,
});
pool.on('error', () => {}); // the next query connects anew

/** Whose the slot is after the claim. */
async function claim(slot: number, owner: string): Promise<string> {
  const { rows } = await pool.query<{ owner: string }>(
    `insert into canary.claims (slot, owner, claimed_at) values ($1, $2, now())
       on conflict (slot) do update set slot = excluded.slot returning owner`,
    [slot, owner],
  );
  return rows[0]?.owner ?? owner;
}

async function claimBehind(slot: number, owner: string): Promise<string> {
  const { rows } = await pool.query<{ owner: string }>('select owner from canary.claims where slot = $1', [slot]);
  const [held] = rows;
  if (held !== undefined) return held.owner;
  void sleep(WRITE_BEHIND_MS)
    .then(() => claim(slot, owner))
    .catch(() => {});
  return owner;
}

const server = http.createServer((request, response) => {
  const answer = (status: number, body: object): void => {
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(JSON.stringify(body));
  };
  const slot = Number(/^\/slots\/(\d+)$/.exec(request.url ?? '')?.[1] ?? Number.NaN);
  if (request.url === '/health') return answer(200, {});
  if (request.method !== 'PUT' || Number.isNaN(slot)) return answer(404, {});
  let text = '';
  request.on('data', (chunk: Buffer) => (text += chunk.toString()));
  request.on('end', () => {
    const { owner } = JSON.parse(text) as { owner: string };
    const claimed = writesBeforeAnswer ? claim(slot, owner) : claimBehind(slot, owner);
    claimed.then(
      (holder) => answer(holder === owner ? 201 : 409, { slot, owner: holder }),
      () => answer(503, {}),
    );
  });
  return undefined;
});
server.listen(Number(HTTP_PORT));
