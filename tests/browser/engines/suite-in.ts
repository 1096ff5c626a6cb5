// One engine's run of the suites: every test of its page becomes a test of the check, under the engine's name.
import { describe, expect, test } from 'vitest';
import { newProfile, type OtherBrowser, removeProfile } from '../../support/other-browsers.ts';
import type { TestName, Told, Verdict } from './page/told.ts';
import { type SuiteServer, serveSuite } from './suite-server.ts';

/** Of the whole run; a page that says nothing more has its open tests counted as failed. */
const PATIENCE_MS = 200_000;

type Heard = {
  readonly tests: TestName[];
  readonly verdicts: Verdict[];
  readonly faults: string[];
  engine: string | undefined;
};

async function hearSuites(browser: OtherBrowser, server: SuiteServer): Promise<Heard> {
  const heard: Heard = { tests: [], verdicts: [], faults: [], engine: undefined };
  const profile = newProfile();
  const hear = (told: Told) => {
    if (told.kind === 'tests') heard.tests.push(...told.tests);
    if (told.kind === 'verdicts') heard.verdicts.push(...told.verdicts);
    if (told.kind === 'fault') heard.faults.push(told.message);
    if (told.kind === 'done') heard.engine = told.engine;
    return told.kind === 'done';
  };
  const over = server.listen(hear, PATIENCE_MS);
  const running = await browser.start(server.address('suites'), profile);
  await over;
  await running.kill();
  removeProfile(profile);
  return heard;
}

const keyOf = ({ file, names }: TestName) => JSON.stringify([file, names]);

/** Tests of one name share it with a verdict each; what has none left did not come to its end. */
function verdictsOf({ tests, verdicts }: Heard): Verdict[] {
  const open = new Map<string, Verdict[]>();
  for (const verdict of verdicts) {
    const key = keyOf(verdict);
    open.set(key, [...(open.get(key) ?? []), verdict]);
  }
  const unended = { state: 'failed', message: 'it never came to its end' } as const;
  const told = tests.map((name) => open.get(keyOf(name))?.shift() ?? { ...name, ...unended });
  return [...told, ...[...open.values()].flat()].filter(({ state }) => state !== 'skipped');
}

/** Says aloud what is not run on this machine, and whether that is so. */
export function sayMissing(browser: OtherBrowser, what: string): boolean {
  if (browser.missing === undefined) return false;
  const words = `NOT RUN in ${browser.name}, ${what}: this machine lacks it; install ${browser.missing}`;
  console.warn(words);
  test.skip(words, () => undefined);
  return true;
}

/** Await it at the top of a test file: which tests there are is the page's to say. */
export async function describeSuites(browser: OtherBrowser): Promise<void> {
  if (sayMissing(browser, 'the core suite')) return;
  const server = await serveSuite();
  const heard = await hearSuites(browser, server).finally(() => server.close());
  describe(`in ${browser.name}`, () => {
    test('the suites ran to their end, and nothing failed outside of a test', () => {
      expect(heard.faults).toEqual([]);
      expect(heard.engine).toBeDefined();
      expect(heard.tests.length).toBeGreaterThan(1_000);
    });

    for (const { file, names, state, message } of verdictsOf(heard)) {
      test(`${file} > ${names.join(' > ')}`, () => {
        if (state === 'failed') throw new Error(message);
      });
    }
  });
}
