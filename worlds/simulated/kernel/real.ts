/** What the process had before anything was patched. The only place from which the simulation reaches real time and real sockets. */
import fs from 'node:fs';
import net from 'node:net';

export const real = {
  Date: globalThis.Date,
  setImmediate: globalThis.setImmediate,
  setTimeout: globalThis.setTimeout,
  clearTimeout: globalThis.clearTimeout,
  clearInterval: globalThis.clearInterval,
  setInterval: globalThis.setInterval,
  performanceNow: performance.now.bind(performance),
  hrtimeBigint: process.hrtime.bigint.bind(process.hrtime),
  Socket: net.Socket,
  writeSync: fs.writeSync,
  readSync: fs.readSync,
  env: process.env,
  exit: process.exit.bind(process),
  on: process.on.bind(process),
  kill: process.kill.bind(process),
  pid: process.pid,
  memoryUsage: process.memoryUsage.bind(process),
  stdoutWrite: process.stdout.write.bind(process.stdout),
  stderrWrite: process.stderr.write.bind(process.stderr),
} as const;
