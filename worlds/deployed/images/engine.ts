/** Docker's engine: found, or on a bare Debian installed and started. */
import { spawn } from 'node:child_process';
import { chmodSync, closeSync, existsSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import Docker from 'dockerode';
import { installCompose } from './compose-plugin.ts';
import { Missing } from './problem.ts';
import { $, has, report } from './shell.ts';

const LOG = '/var/log/dockerd.log';
const STARTS_WITHIN_MS = 60_000;
const ANSWERS_WITHIN_MS = 5000;
const POLICY = '/usr/sbin/policy-rc.d';

/**
 * A client of the engine that answers at DOCKER_HOST (default: the local socket).
 * @param install install and start it where none answers, and the compose plugin where there is none; needs Debian and root
 * @throws Missing
 */
export async function engine(install: boolean): Promise<Docker> {
  const docker = new Docker();
  if (!(await answers(docker))) {
    if (!install) {
      throw new Missing(
        `No Docker engine answers at ${process.env['DOCKER_HOST'] ?? '/var/run/docker.sock'}.`,
        'Start it, or on Debian as root: npm run images -- --engine',
      );
    }
    if (process.env['DOCKER_HOST'] !== undefined) {
      throw new Missing(
        `DOCKER_HOST is ${process.env['DOCKER_HOST']}, where no engine answers; one that is started here would not either.`,
        'Unset DOCKER_HOST, or start the engine there.',
      );
    }
    await installEngine();
    await startEngine(docker);
  }
  if (install) await installCompose();
  return docker;
}

/** Whether an engine answers, soon. */
export async function answers(docker: Docker): Promise<boolean> {
  try {
    return await Promise.race([docker.ping().then(() => true), sleep(ANSWERS_WITHIN_MS, false, { ref: false })]);
  } catch {
    return false;
  }
}

async function installEngine(): Promise<void> {
  if (await has('dockerd')) return;
  if (process.getuid?.() !== 0 || !(await has('apt-get'))) {
    throw new Missing(
      "Docker's engine (dockerd) is not installed, and only root on a Debian can install it from here.",
      'Install it, or run npm run images -- --engine as root on Debian.',
    );
  }
  // Without systemd the package's scripts cannot start the engine, and must not try: a policy of 101 forbids it.
  const forbid = !existsSync('/run/systemd/system') && !existsSync(POLICY);
  if (forbid) {
    writeFileSync(POLICY, '#!/bin/sh\nexit 101\n');
    chmodSync(POLICY, 0o755);
  }
  try {
    const apt = $({ env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' } });
    await apt`apt-get update -qq`;
    await apt`apt-get install -y -qq --no-install-recommends docker.io`;
  } finally {
    if (forbid) rmSync(POLICY);
  }
  report("installed Docker's engine (docker.io)");
}

/** Starts dockerd, which outlives this process; it publishes ports on 127.0.0.1 where nobody says otherwise. */
async function startEngine(docker: Docker): Promise<void> {
  if (existsSync('/run/systemd/system')) await $`systemctl start docker`;
  else if (process.getuid?.() !== 0) throw new Missing('Docker is installed and does not run.', 'sudo dockerd &');
  else {
    const log = openSync(LOG, 'w');
    // Runs give their containers a hundred times the usual share of the processors: behind them it would take seconds to start one.
    const daemon = spawn('nice', ['-n', '-20', 'dockerd', '--ip=127.0.0.1'], {
      detached: true,
      stdio: ['ignore', log, log],
    });
    daemon.on('error', (error) => writeFileSync(LOG, `${error.message}\n`));
    daemon.unref();
    closeSync(log);
  }
  for (const end = Date.now() + STARTS_WITHIN_MS; !(await answers(docker)); await sleep(100)) {
    if (Date.now() < end) continue;
    const last = existsSync(LOG) ? readFileSync(LOG, 'utf8').trimEnd().split('\n').slice(-5).join('\n  ') : '';
    throw new Missing(
      `dockerd did not answer within ${STARTS_WITHIN_MS / 1000} s.`,
      `Read ${LOG}; it ends with\n  ${last}`,
    );
  }
  const { ServerVersion, Driver } = (await docker.info()) as { ServerVersion: string; Driver: string };
  report(`started Docker's engine ${ServerVersion} (${Driver})`);
}
