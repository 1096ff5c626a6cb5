// One engine's run of the suites: every test of its page becomes a test of the check, under the engine's name.
import { describe, expect, onTestFinished, test } from 'vitest';
import { newProfile, type OtherBrowser, removeProfile } from '../../support/other-browsers.ts';
import type { TestName, Told, Verdict } from './page/told.ts';
import { type SuiteServer, serveSuite } from './suite-server.ts';

/** Of the whole run; a page that says nothing more has its tests counted as failed. */
const PATIENCE_MS = 150_000;

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

/** Tests of one name share it with a verdict each; what has none left was not run to its end. */
function verdictsOf({ tests, verdicts }: Heard): Verdict[] {
  const open = new Map<string, Verdict[]>();
  for (const verdict of verdicts) {
    open.set(keyOf(verdict), [...(open.get(keyOf(verdict)) ?? []), verdict]);
  }
  const told = tests.map(
    (name): Verdict =>
      open.get(keyOf(name))?.shift() ?? {
        ...name,
        state: 'failed',
        message: 'never came to an end',
      },
  );
  return [...told, ...[...open.values()].flat()].filter(({ state }) => state !== 'skipped');
}

async function askOnce(browser: OtherBrowser, server: SuiteServer, work: string, profile: string) {
  let answer: string | undefined;
  const told = server.listen((message) => {
    if (message.kind === 'answer') answer = message.text;
    if (message.kind === 'fault') answer = `fault: ${message.message}`;
    return answer !== undefined;
  }, 30_000);
  const running = await browser.start(server.address(work), profile);
  await told;
  await running.kill();
  return answer;
}

/** Call it at the top of a test file, awaited: which tests there are is the page's to say. */
export async function describeSuites(browser: OtherBrowser): Promise<void> {
  if (browser.missing !== undefined) {
    const words = `NOT RUN in ${browser.name}: this machine lacks it; install ${browser.missing}`;
    console.warn(words);
    test.skip(words, () => undefined);
    return;
  }
  const server = await serveSuite();
  const heard = await hearSuites(browser, server);
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

    test('a promise that was said is there when the browser is killed at once (F19)', async () => {
      const profile = newProfile();
      onTestFinished(async () => {
        removeProfile(profile);
        await server.close();
      });
      expect(await askOnce(browser, server, 'promise', profile)).toBe('ok');
      expect(JSON.parse((await askOnce(browser, server, 'look', profile)) ?? '')).toEqual({
        waiting: [2],
        states: ['2 promised', '1 accepted'],
        next: 'ok',
      });
    });
  });
}
