// Each other browser is killed in the moment in which the wallet says that it has promised, and finds its disk damaged.
import fs from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import {
  FIREFOX,
  newProfile,
  type OtherBrowser,
  removeProfile,
  WEBKIT,
} from '../../support/other-browsers.ts';
import { sayMissing } from './suite-in.ts';
import { type SuiteServer, serveSuite } from './suite-server.ts';

const present = [FIREFOX, WEBKIT].filter((browser) => !sayMissing(browser, 'killed'));

const named = present.map((browser) => [browser.name, browser] as const);

describe.runIf(present.length > 0)('a browser that is killed', () => {
  let server: SuiteServer;
  beforeAll(async () => {
    server = await serveSuite();
  });
  afterAll(() => server.close());

  /** Starts it, hears one answer, and kills it at once. */
  async function ask(browser: OtherBrowser, work: string, profile: string) {
    let answer = 'none';
    const told = server.listen((message) => {
      if (message.kind === 'answer') answer = message.text;
      if (message.kind === 'fault') answer = message.message;
      return answer !== 'none';
    }, 50_000);
    const running = await browser.start(server.address(work), profile);
    await told;
    await running.kill();
    return answer;
  }

  /** The wallet's database as a failing disk might leave it: in Firefox and in WebKit it is SQLite. */
  function damageDatabase(profile: string): void {
    const files = fs
      .readdirSync(profile, { recursive: true, encoding: 'utf8' })
      .filter((file) =>
        /default.*[/\\]idb[/\\].*sqlite(-wal)?$|IndexedDB\.sqlite3(-wal)?$/.test(file),
      );
    if (files.length === 0) throw new Error('no database in the profile');
    for (const file of files) fs.writeFileSync(path.join(profile, file), 'damaged');
  }

  test.each(named)(
    '%s: a promise that was said is there (F19), and a damaged disk does not hide it (F25)',
    async (_name, browser) => {
      const profile = newProfile();
      onTestFinished(() => removeProfile(profile));
      expect(await ask(browser, 'promise', profile)).toBe('ok');
      expect(JSON.parse(await ask(browser, 'look', profile))).toEqual({
        waiting: [2],
        states: ['2 promised', '1 accepted'],
        next: 'ok',
      });
      damageDatabase(profile);
      // Firefox begins another, which the second copies fill; WebKit opens none ever again.
      const answers = ['[2,3]', 'store_unreadable, 2 on the shelf'];
      expect(answers).toContain(await ask(browser, 'recover', profile));
    },
  );
});
