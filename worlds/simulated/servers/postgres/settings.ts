/** Server settings that make a real PostgreSQL fast and quiet in a frozen world. Reasons: prototypes/pgbridge, sections 1, 3 and 7. */
export const SETTINGS: Readonly<Record<string, string>> = {
  // A killed process loses nothing that the page cache holds; `synchronous_commit=off` would lose acknowledged commits.
  fsync: 'off',
  full_page_writes: 'off',
  synchronous_commit: 'local',
  autovacuum: 'off',
  jit: 'off',
  // Bookkeeping for people and for autovacuum, at each statement.
  track_counts: 'off',
  update_process_title: 'off',
  compute_query_id: 'off',
  io_method: 'sync',
  shared_buffers: '32MB',
  // In the data folder, with which it goes: of a killed server what stands in /dev/shm would stay there.
  dynamic_shared_memory_type: 'mmap',
  wal_level: 'minimal',
  max_wal_senders: '0',
  max_wal_size: '4GB',
  // A new segment of the log is cheap where it stands in memory, and an old one is kept for nothing.
  wal_recycle: 'off',
  wal_init_zero: 'off',
  checkpoint_timeout: '1h',
  max_parallel_workers_per_gather: '0',
  max_connections: '200',
  listen_addresses: '',
  timezone: 'UTC',
  lc_messages: 'C',
  // A statement that waits for a lock reports it on its own connection, after the deadlock check.
  deadlock_timeout: '1ms',
  log_lock_waits: 'on',
  client_min_messages: 'log',
  log_min_messages: 'fatal',
  logging_collector: 'off',
  // Virtual twins of the server's own timers, which stay off (timeouts.ts).
  'sim.statement_timeout': '0',
  'sim.lock_timeout': '0',
  'sim.idle_in_transaction_session_timeout': '0',
};

/** Between two runs a log of more segments (of 1 MB, make-template.ts) is let go of: it may stand in memory, and no checkpoint comes by itself. */
export const LOG_SEGMENTS_KEPT = 256;

/** Name of a standby's setting of PostgreSQL that counts real time; its virtual twin, as for the time-outs. */
export const APPLY_DELAY = 'recovery_min_apply_delay';

/**
 * What a server needs that has standbys or is one. Its background processes would flush and log on timers of real time:
 * they are stopped (replication/background.ts), and what the real ones would say by themselves never passes the relay.
 */
export const REPLICATED_SETTINGS: Readonly<Record<string, string>> = {
  ...SETTINGS,
  wal_level: 'replica',
  max_wal_senders: '10',
  wal_keep_size: '4GB',
  hot_standby: 'on',
  wal_sender_timeout: '0',
  wal_receiver_timeout: '0',
  wal_receiver_status_interval: '0',
  wal_retrieve_retry_interval: '1ms',
  // Replay waits for who reads at that moment; a limit would be counted in real time. A transaction that is left open on a
  // standby, over a change that it cannot be shown, is told by the watchdog.
  max_standby_streaming_delay: '-1',
  max_standby_archive_delay: '-1',
  max_logical_replication_workers: '0',
};

/**
 * Settings of postgresql.conf, where ALTER SYSTEM can override them. With a synchronous standby a commit waits for it when
 * the session asks for it (`SET synchronous_commit = on`); by default it does not.
 */
export const replicatedConfiguration = (synchronousStandby: string | undefined): string =>
  [
    `synchronous_standby_names = '${synchronousStandby === undefined ? '' : `"${synchronousStandby}"`}'`,
    `sim.${APPLY_DELAY} = '0'`,
    '',
  ].join('\n');

/** File in the data folder that holds the virtual wall clock, read by the functions of virtual-time.ts. */
export const CLOCK_FILE = 'faultline_now';
