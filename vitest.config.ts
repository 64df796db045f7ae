import { defineConfig } from 'vitest/config';

// Each file gets a process of its own: several tests patch clocks, timers and sockets for good.
export default defineConfig({
  test: {
    include: ['**/*.test.ts'],
    exclude: ['node_modules/**', 'runs/**'],
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
  },
});
