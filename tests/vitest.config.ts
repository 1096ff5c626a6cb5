// Which tests exist and how they run: one project per runtime. Owns timeouts and how many run at once.
import { fileURLToPath } from 'node:url';
import { defineConfig, type TestProjectInlineConfiguration } from 'vitest/config';
import { createPrecachePlugin } from '../.build/precache.ts';

const root = fileURLToPath(new URL('..', import.meta.url));

interface ProjectTiming {
  readonly testTimeoutMs: number;
  readonly hookTimeoutMs: number;
  /** Groups run one after another, so that a browser never fights a second database for two cores. */
  readonly group: number;
  readonly workersMax: number;
  readonly setupFiles?: readonly string[];
}

const realThings = ['tests/support/leave-nothing-running.ts'];

function project(name: string, timing: ProjectTiming): TestProjectInlineConfiguration {
  return {
    extends: true,
    test: {
      name,
      include: [`tests/${name}/**/*.test.{ts,tsx}`],
      environment: 'node',
      testTimeout: timing.testTimeoutMs,
      hookTimeout: timing.hookTimeoutMs,
      maxWorkers: timing.workersMax,
      setupFiles: [...(timing.setupFiles ?? [])],
      sequence: { groupOrder: timing.group },
    },
  };
}

export default defineConfig({
  root,
  // An empty file list, so that the worker's parts load outside of a build.
  plugins: [createPrecachePlugin().plugin],
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  test: {
    teardownTimeout: 30_000,
    projects: [
      project('unit', { testTimeoutMs: 20_000, hookTimeoutMs: 20_000, group: 1, workersMax: 2 }),
      project('tidy', { testTimeoutMs: 30_000, hookTimeoutMs: 30_000, group: 1, workersMax: 2 }),
      project('simulation', {
        testTimeoutMs: 180_000,
        hookTimeoutMs: 60_000,
        group: 2,
        workersMax: 2,
      }),
      project('server', {
        testTimeoutMs: 60_000,
        hookTimeoutMs: 120_000,
        group: 3,
        workersMax: 2,
        setupFiles: realThings,
      }),
      project('browser', {
        testTimeoutMs: 60_000,
        hookTimeoutMs: 120_000,
        group: 4,
        workersMax: 2,
        setupFiles: realThings,
      }),
    ],
  },
});
