import { syncBuiltinESMExports } from 'node:module';
import { patchDns } from './dns.ts';
import { patchHttp } from './http.ts';
import { patchNet } from './net.ts';
import { patchRefused } from './refuse.ts';
import { splitShared, stubFinalization } from './shared.ts';

let installed = false;

/** Puts the simulated network under `node:net`, `node:dns`, `node:http` and what stands on them, for the life of this process. */
export function installNetwork(): void {
  if (installed) return;
  installed = true;
  stubFinalization();
  patchNet();
  patchDns();
  patchHttp();
  patchRefused();
  splitShared();
  syncBuiltinESMExports();
}
