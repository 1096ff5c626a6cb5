// Which tests exist and how they run: one project per runtime. Owns timeouts and how many run at once.
import { fileURLToPath } from 'node:url';
import { defineConfig, type TestProjectInlineConfiguration } from 'vitest/config';
import { createPrecachePlugin } from '../.build/precache.ts';
import { findDebianFolder } from './support/debian-postgres.ts';
import { LongestFirst } from './support/longest-first.ts';
import { keepTemporaryFilesInMemory } from './support/memory-folder.ts';

keepTemporaryFilesInMemory();

const root = fileURLToPath(new URL('..', import.meta.url));

/** All that needs no browser is one group, so that no core is without work while one long file ends. */
const WITHOUT_BROWSER = { group: 1, workersMax: 2 } as const;
/** Whoever tests a browser waits for it now and then: one worker more than a small machine has cores. */
const WITH_BROWSER = { group: 2, workersMax: 3 } as const;

interface ProjectTiming {
  readonly testTimeoutMs: number;
  readonly hookTimeoutMs: number;
  /** Groups run one after another, so that a browser never fights a second database for two cores. */
  readonly group: number;
  readonly workersMax: number;
  /** Whether each file has a process of its own: where files change what they share. */
  readonly isolate: boolean;
  readonly setupFiles?: readonly string[];
  readonly globalSetup?: readonly string[];
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
      isolate: timing.isolate,
      setupFiles: [...(timing.setupFiles ?? [])],
      globalSetup: [...(timing.globalSetup ?? [])],
      sequence: { groupOrder: timing.group },
    },
  };
}

const UNIT: ProjectTiming = {
  // Seconds at most on a quiet machine: it is there for what hangs, not for what is slow.
  testTimeoutMs: 60_000,
  hookTimeoutMs: 20_000,
  isolate: false,
  ...WITHOUT_BROWSER,
};

/**
 * One server for all files of a project, started before them: see engine.ts. It is the embedded one's
 * PostgreSQL and reached as that is, but told not to wait for the disk, which costs a test that asks
 * what statements mean as much processor time again. Crash tests have servers that wait.
 */
const DATABASE = ['tests/support/engine.ts'];

const SERVER: ProjectTiming = {
  testTimeoutMs: 60_000,
  hookTimeoutMs: 120_000,
  // A process for each file loads the whole server for each: two seconds of a core, eighty times.
  isolate: false,
  ...WITHOUT_BROWSER,
  setupFiles: realThings,
  globalSetup: DATABASE,
};

/**
 * The server project runs with PostgreSQL's default isolation. These files run on ordinary servers
 * as well: settlement, allowances, and what else writes rows that others read.
 */
const WRITING = [
  'tests/server/ledger/{settle,covered,allowances,fund,migrate,paid-requests}.test.ts',
  'tests/server/payments/repeats.test.ts',
];

type Engine = {
  readonly env: { readonly ENGINE: 'npm' | 'debian'; readonly ISOLATION: string };
  readonly files: readonly string[];
};

/**
 * Transactions that a serializable server ends stand in for engines that end more of them than
 * PostgreSQL does by itself, CockroachDB and YugabyteDB. Whatever writes must try again.
 */
const SERIALIZABLE: Engine = {
  env: { ENGINE: 'npm', ISOLATION: 'serializable' },
  files: [
    ...WRITING,
    'tests/server/ledger/{broken-connection,backup}.test.ts',
    'tests/server/payments/server-keys.test.ts',
    'tests/server/{offline,accounts}/*.test.ts',
    'tests/server/passkeys/enrolment.test.ts',
  ],
};

/** An older PostgreSQL, as distributions have it, and the built server's life on it by DATABASE_URL. */
const DEBIAN: Engine = {
  env: { ENGINE: 'debian', ISOLATION: 'read committed' },
  files: [...WRITING, 'tests/server/{own-database,backup}.test.ts'],
};

/** `npm run test:engines` runs all that the server project runs. */
const EVERY_FILE = process.env.ENGINE_FILES === 'all';

function engine(name: string, { env, files }: Engine): TestProjectInlineConfiguration {
  const { test } = project(name, SERVER);
  const include = EVERY_FILE ? ['tests/server/**/*.test.ts'] : [...files];
  return { extends: true, test: { ...test, include, env } };
}

/** In the place of an engine that this machine lacks: one test that says so. */
function missing(name: string): TestProjectInlineConfiguration {
  const { test } = project(name, { ...SERVER, globalSetup: [] });
  return { extends: true, test: { ...test, include: ['tests/support/missing-engine.test.ts'] } };
}

export default defineConfig({
  root,
  // An empty file list, so that the worker's parts load outside of a build.
  plugins: [createPrecachePlugin().plugin],
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  test: {
    teardownTimeout: 30_000,
    // What a browser comes to is awaited, not timed.
    expect: { poll: { timeout: 40_000 } },
    sequence: { sequencer: LongestFirst },
    projects: [
      project('unit', UNIT),
      project('tidy', UNIT),
      project('simulation', {
        testTimeoutMs: 180_000,
        hookTimeoutMs: 60_000,
        isolate: true,
        ...WITHOUT_BROWSER,
        globalSetup: DATABASE,
      }),
      project('server', SERVER),
      engine('engine-serializable', SERIALIZABLE),
      findDebianFolder() === undefined ? missing('engine-debian') : engine('engine-debian', DEBIAN),
      project('browser', {
        // More than one wait of support/browser.ts, so that what hangs is named.
        testTimeoutMs: 120_000,
        hookTimeoutMs: 120_000,
        isolate: false,
        ...WITH_BROWSER,
        setupFiles: realThings,
      }),
    ],
  },
});
