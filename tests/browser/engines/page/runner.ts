// The check's own test runner in a page: the same files, told test by test as they end.
import { startTests } from 'vitest/internal/browser';
import type { TestName, Verdict } from './told.ts';

type Files = Readonly<Record<string, () => Promise<unknown>>>;
type Runner = Parameters<typeof startTests>[1];
type Task = Parameters<NonNullable<Runner['onAfterRunTask']>>[0];
type Group = Parameters<NonNullable<Runner['onAfterRunSuite']>>[0];

export type Listener = {
  /** All there are, before the first runs. */
  tests(tests: readonly TestName[]): void;
  verdict(verdict: Verdict): void;
};

/** What changes byte after byte takes long, and which bytes does not depend on the engine. */
const NAMES =
  /^(?!.*\bany (one )?(byte|character) changed|.*no byte of|.*differs in any one byte|.*every leaf of every tree|.*a group of 256)/;

const CONFIG = {
  root: '/',
  name: undefined,
  setupFiles: [],
  passWithNoTests: false,
  testNamePattern: NAMES,
  allowOnly: false,
  sequence: { seed: 1, hooks: 'stack', setupFiles: 'list' },
  maxConcurrency: 1,
  testTimeout: 20_000,
  hookTimeout: 20_000,
  retry: 0,
  includeTaskLocation: false,
  tags: [],
  strictTags: false,
} as const;

const PAUSE_EVERY_MS = 250;

function messageOf({ result }: Pick<Task, 'result'>): string | undefined {
  const texts = (result?.errors ?? []).map(({ message, diff, stack }) =>
    [message, diff, stack].filter(Boolean).join('\n'),
  );
  return texts.length > 0 ? texts.join('\n\n') : undefined;
}

function nameOf(task: Task): TestName {
  const names = [task.name];
  for (let group = task.suite; group && !('filepath' in group); group = group.suite) {
    names.unshift(group.name);
  }
  return { file: task.file.name, names };
}

function testsOf(group: Group): Task[] {
  return group.tasks.flatMap((task) => (task.type === 'test' ? [task] : testsOf(task)));
}

function verdictOf(task: Task): Verdict {
  const state = task.result?.state;
  const message = messageOf(task);
  const known = state === 'pass' ? 'passed' : state === 'fail' ? 'failed' : 'skipped';
  return { ...nameOf(task), state: known, ...(message !== undefined && { message }) };
}

/** A file that cannot be read, or whose hooks fail, has no test to say so. */
function verdictOfGroup(group: Group): Verdict | undefined {
  const message = messageOf(group);
  if (message === undefined) return undefined;
  return { file: group.file.name, names: [group.name], state: 'failed', message };
}

/** `expect` and `vi` ask for the worker that they usually run in. */
function beWorker(): void {
  const state = {
    config: { ...CONFIG, expect: {}, snapshotOptions: { updateSnapshot: 'none' } },
    ctx: { pool: 'page' },
    environment: { name: 'page' },
    providedContext: {},
    evaluatedModules: { idToModuleMap: new Map() },
    resolvingModules: new Set(),
  };
  Object.assign(globalThis, { __vitest_worker__: state });
}

export async function runFiles(files: Files, listener: Listener): Promise<void> {
  beWorker();
  let pausedMs = performance.now();
  /** Most tests await nothing that lets a page speak. */
  const pause = async () => {
    if (performance.now() - pausedMs < PAUSE_EVERY_MS) return;
    await new Promise((resolve) => setTimeout(resolve));
    pausedMs = performance.now();
  };
  const runner: Runner = {
    config: { ...CONFIG } as never,
    importFile: async (path) => files[path]?.(),
    onCollected: (collected) => {
      const tests = collected.flatMap(testsOf).filter(({ mode }) => mode === 'run');
      listener.tests(tests.map(nameOf));
    },
    onAfterRunTask: async (task) => {
      listener.verdict(verdictOf(task));
      await pause();
    },
    onAfterRunSuite: (group) => {
      const verdict = verdictOfGroup(group);
      if (verdict) listener.verdict(verdict);
    },
    onTaskUpdate: async () => undefined,
  };
  await startTests(Object.keys(files), runner);
}
