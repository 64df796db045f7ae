import { createHash } from 'node:crypto';
import type { AlertChange, Component, Deployment, Link, Ms, Running, RunOptions, World } from '../../contract/index.ts';
import { VirtualClock } from './virtual-clock.ts';

/** What a test may script about the toy world. */
export interface ToyScript {
  /** So many of the first queries find no series: a scrape took too long. */
  readonly unscraped?: number;
  /** Components that never answer their health question. */
  readonly sick?: readonly string[];
  /** Components that cannot be started again once killed. */
  readonly lost?: readonly string[];
  /** Other alerts and the instant at which they fire, or from which to which they stand. */
  readonly alerts?: Readonly<Record<string, Ms | readonly [from: Ms, to: Ms]>>;
  /** Kills do nothing: a fault that leaves no trace. */
  readonly immortal?: boolean;
  /** Left behind at the end. */
  readonly residue?: readonly string[];
  /** Called at every evaluation of the rules, every 2 s. */
  readonly onTick?: (at: Ms) => void;
  /** Logged by every component beside its start. */
  readonly logged?: string;
  /** What it calls itself. */
  readonly name?: string;
  /** Text for the trace at an evaluation. */
  readonly noise?: (at: Ms) => string | undefined;
}

const EVALUATION_MS: Ms = 2000;
const ALERT_AFTER_MS: Ms = 4000;

/**
 * A world small enough to read: components that run, pause or are dead; one rule, `<Name>Down`, for each of them; no
 * network and no processes. For the harness's own tests.
 */
export function toyWorld(script: ToyScript = {}): World {
  return {
    name: script.name ?? 'toy',
    doctor: async () => [{ what: 'toy world', ok: true, detail: 'nothing is needed' }],
    start: async (deployment, options) => start(deployment, options, script),
  };
}

function start(deployment: Deployment, options: RunOptions, script: ToyScript): Running {
  const clock = new VirtualClock();
  options.signal?.addEventListener('abort', () => clock.abort());
  const trace: string[] = [];
  const hash = createHash('sha256').update(String(options.seed));
  const note = (event: string): void => {
    const line = `${clock.now()} ${event}`;
    trace.push(line);
    hash.update(line);
  };
  const components = new Map(deployment.components.map(({ name }) => [name, component(name, script, note)]));
  const alerts: AlertChange[] = [];
  const evaluate = async (): Promise<void> => {
    const downSince = new Map<string, Ms>();
    const change = (alert: string, state: AlertChange['state']): void => {
      alerts.push({ alert, state, at: clock.now(), labels: {}, annotations: {} });
      note(`${alert} ${state}`);
    };
    for (;;) {
      await clock.sleep(EVALUATION_MS);
      script.onTick?.(clock.now());
      const noise = script.noise?.(clock.now());
      if (noise !== undefined) note(`noise ${noise}`);
      for (const [name, watched] of components) {
        const alert = `${name[0]?.toUpperCase()}${name.slice(1)}Down`;
        const muted = options.sabotage?.kind === 'rule-removed' && options.sabotage.alert === alert;
        const since = downSince.get(name);
        if (watched.state() === 'running') {
          if (since !== undefined && alerts.at(-1)?.state === 'firing') change(alert, 'resolved');
          downSince.delete(name);
        } else if (since === undefined) downSince.set(name, clock.now());
        else if (!muted && clock.now() - since === ALERT_AFTER_MS) change(alert, 'firing');
      }
      const isNow = (at: Ms): boolean => at <= clock.now() && at > clock.now() - EVALUATION_MS;
      for (const [alert, stands] of Object.entries(script.alerts ?? {})) {
        const [from, to = Infinity] = typeof stands === 'number' ? [stands] : stands;
        if (isNow(from)) change(alert, 'firing');
        if (isNow(to)) change(alert, 'resolved');
      }
    }
  };
  let asks = 0;
  evaluate().catch(() => {}); // ends when the run is aborted
  const find = (name: string): Component => {
    const found = components.get(name);
    if (!found) throw new Error(`no component ${name}; there are ${[...components.keys()].join(', ')}`);
    return found;
  };
  return {
    clock,
    deployment,
    component: find,
    link: (from, to): Link => ({
      from,
      to,
      apply: async () => ({ [Symbol.asyncDispose]: async () => {} }),
      observed: {},
    }),
    admin: {
      sql: async () => [],
      redis: async () => [],
      nats: async () => undefined,
      stream: async () => [],
      objects: async () => [],
      http: async () => ({ status: 200, body: undefined }),
    },
    endpoints: () => [],
    alerts: () => alerts,
    metrics: {
      at: async (query) => {
        if ((asks += 1) <= (script.unscraped ?? 0)) return undefined;
        const off = options.sabotage?.kind === 'safeguard-off' ? options.sabotage.safeguard : undefined;
        const asked = /safeguard_enabled\{name="([^"]+)"\}/.exec(query)?.[1];
        if (asked === 'fallback') return off === 'fallback' ? 0 : 1;
        return undefined;
      },
      range: async () => [],
    },
    waiting: () => 0,
    log: (name) =>
      [`${name} started`, script.logged].flatMap((text) => (text === undefined ? [] : [{ at: 0, source: name, text }])),
    residue: async () => [
      ...[...components]
        .map(([where, each]) => ({ what: each.state(), where }))
        .filter(({ what }) => what !== 'running'),
      ...(script.residue ?? []).map((what) => ({ what, where: 'toy' })),
    ],
    traceHash: () => hash.copy().digest('hex'),
    trace: () => (options.keepTrace === true ? trace : []),
    work: { events: 1 },
    [Symbol.asyncDispose]: async () => clock.stop(),
  };
}

function component(name: string, script: ToyScript, note: (event: string) => void): Component {
  let state: 'running' | 'paused' | 'exited' = 'running';
  const observed = { starts: 1, kills: 0, exits: 0, answered: 0, heldWhilePaused: 0 };
  const to = (next: typeof state): void => {
    state = next;
    note(`${name} ${next}`);
  };
  const kill = async (): Promise<void> => {
    observed.kills += 1;
    if (script.immortal !== true) to('exited');
  };
  return {
    name,
    instances: [name],
    kill,
    terminate: kill,
    pause: async () => to('paused'),
    resume: async () => to('running'),
    start: async () => {
      if (script.lost?.includes(name)) return;
      observed.starts += 1;
      to('running');
    },
    starve: async () => ({ [Symbol.asyncDispose]: async () => {} }),
    wallClock: { jump: async () => {}, drift: async () => {}, skew: () => 0 },
    healthy: async () => state === 'running' && !script.sick?.includes(name),
    state: () => state,
    observed,
  };
}
