import { defineConfig } from 'vitest/config';

/**
 * Tests that bring up runs on containers. One at a time: each removes what killed runs left behind, and a run whose harness it has
 * killed itself is such a one to the others.
 */
const RUNS_ON_CONTAINERS = ['worlds/deployed/deployed.test.ts', 'worlds/deployed/dead-mans-switch/gone.test.ts'];
const EXCLUDED = ['node_modules/**', 'runs/**'];

// Each file gets a process of its own: several tests patch clocks, timers and sockets for good.
export default defineConfig({
  test: {
    pool: 'forks',
    execArgv: ['--experimental-vm-modules', '--experimental-import-meta-resolve'],
    isolate: true,
    maxWorkers: 2,
    // Files are loaded by Node itself: what is tested is what runs, and module graphs for each life need Node's own loader.
    experimental: { viteModuleRunner: false },
    // A simulated program's console must reach the patched process.stdout.
    disableConsoleIntercept: true,
    testTimeout: 60_000,
    hookTimeout: 60_000,
    reporters: ['default', './tools/closing-line.ts'],
    projects: [
      {
        extends: true,
        test: { name: 'all', include: ['**/*.test.ts'], exclude: [...EXCLUDED, ...RUNS_ON_CONTAINERS] },
      },
      {
        extends: true,
        test: {
          name: 'runs on containers',
          include: RUNS_ON_CONTAINERS,
          exclude: EXCLUDED,
          fileParallelism: false,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
