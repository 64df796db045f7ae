import { PARKED_NAME } from './parked-backends.ts';
import { CLOCK_FILE } from './settings.ts';

/** The bridge's own account, so that who ends the sessions of its own account does not end the bridge's. */
export const BRIDGE_ROLE = 'faultline';

/** Class of the advisory locks on which sleepers wait. */
export const SLEEP_LOCK = 4242;

/** Built-ins that read the real clock and get a namesake that reads the virtual one. CURRENT_TIMESTAMP and its kin are keywords: out of reach, lint forbids them. */
const CLOCKS = ['now', 'transaction_timestamp', 'statement_timestamp', 'clock_timestamp'] as const;

/**
 * SQL, run once in template1 before any migration (or DEFAULT now() binds the real one). A built-in cannot be replaced,
 * but renamed, and a function of its name put beside it. `now()` is constant within a transaction, as in PostgreSQL: the
 * first reading is kept in a setting local to it. Sleeping waits for an advisory lock that the bridge opens in virtual time.
 */
export const VIRTUAL_TIME_SQL: readonly string[] = [
  `create role ${BRIDGE_ROLE} superuser login`,
  ...CLOCKS.map((name) => `alter function pg_catalog.${name}() rename to real_${name}`),
  `create function pg_catalog.clock_timestamp() returns timestamptz language plpgsql volatile security definer
    set search_path = pg_catalog as $$ begin return pg_catalog.pg_read_file('${CLOCK_FILE}')::timestamptz; end $$`,
  `create function pg_catalog.statement_timestamp() returns timestamptz language plpgsql stable security definer
    set search_path = pg_catalog as $$ begin return pg_catalog.pg_read_file('${CLOCK_FILE}')::timestamptz; end $$`,
  // No SET clause here: it would end with the function and take the kept reading with it.
  `create function pg_catalog.now() returns timestamptz language plpgsql stable security definer as $$
    declare kept text := pg_catalog.current_setting('sim.transaction_now', true);
    begin
      if kept is null or kept = '' then
        kept := pg_catalog.pg_read_file('${CLOCK_FILE}');
        perform pg_catalog.set_config('sim.transaction_now', kept, true);
      end if;
      return kept::timestamptz;
    end $$`,
  `create function pg_catalog.transaction_timestamp() returns timestamptz language sql stable as 'select pg_catalog.now()'`,
  // Backends between two clients are no sessions.
  'set allow_system_table_mods = on',
  `do $$ begin
    execute format('create or replace view pg_catalog.pg_stat_activity as select * from (%s) as every where application_name is distinct from ''${PARKED_NAME}''',
      rtrim(pg_get_viewdef('pg_catalog.pg_stat_activity'::regclass), ';'));
  end $$`,
  // Says whom it cancels, so that the bridge reads that one's answer at this instant: the signal takes real time.
  `alter function pg_catalog.pg_cancel_backend(integer) rename to real_pg_cancel_backend`,
  `create function pg_catalog.pg_cancel_backend(pid integer) returns boolean language plpgsql volatile strict as $$
    begin
      raise info 'sim_cancel %', pid;
      return pg_catalog.real_pg_cancel_backend(pid);
    end $$`,
  `alter function pg_catalog.pg_sleep(double precision) rename to real_pg_sleep`,
  `create function pg_catalog.pg_sleep(seconds double precision) returns void language plpgsql volatile as $$
    begin
      raise info 'sim_sleep %', seconds;
      perform pg_catalog.pg_advisory_lock(${SLEEP_LOCK}, pg_catalog.pg_backend_pid());
      perform pg_catalog.pg_advisory_unlock(${SLEEP_LOCK}, pg_catalog.pg_backend_pid());
    end $$`,
  `create or replace function pg_catalog.pg_sleep_for(interval) returns void language sql volatile as
    'select pg_catalog.pg_sleep(extract(epoch from $1))'`,
  `create or replace function pg_catalog.pg_sleep_until(timestamptz) returns void language sql volatile as
    'select pg_catalog.pg_sleep(extract(epoch from $1 - pg_catalog.clock_timestamp()))'`,
];
