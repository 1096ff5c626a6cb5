// A database that its disk has damaged: what waited is there, or comes back, or is said to be unreadable. Never is it silently none.
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { type Phone, startPhone } from '../../support/browser.ts';
import { type LabServer, serveLab } from '../workers/scanner-lab.ts';

let lab: LabServer;

beforeAll(async () => {
  lab = await serveLab(new URL('lab', import.meta.url));
});

afterAll(() => lab?.close());

async function openTab(on: Phone): Promise<Page> {
  const page = await on.context.newPage();
  await page.goto(`http://localhost:${lab.port}/`);
  await page.waitForFunction(() => 'storageLab' in window);
  return page;
}

/** The files of the wallet's database, by the names that LevelDB gives them. */
function databaseFiles(profile: string, shape: RegExp): string[] {
  const files = fs
    .readdirSync(profile, { recursive: true, encoding: 'utf8' })
    .filter((file) => path.dirname(file).endsWith('.indexeddb.leveldb'))
    .filter((file) => shape.test(path.basename(file)))
    .map((file) => path.join(profile, file));
  if (files.length === 0) throw new Error(`no file like ${shape} in the profile`);
  return files;
}

type Damage = (profile: string) => void;

const overwritten =
  (shape: RegExp): Damage =>
  (profile) => {
    for (const file of databaseFiles(profile, shape)) fs.writeFileSync(file, 'damaged');
  };

const removed =
  (shape: RegExp): Damage =>
  (profile) => {
    for (const file of databaseFiles(profile, shape)) fs.rmSync(file);
  };

/** What was written last is gone, and what is left is sound. */
const cutShort: Damage = (profile) => {
  for (const file of databaseFiles(profile, /\.log$/)) {
    fs.truncateSync(file, Math.floor(fs.statSync(file).size / 2));
  }
};

/** Neither read nor removed, whoever asks: a folder in the place of each file. */
const stuck: Damage = (profile) => {
  for (const file of databaseFiles(profile, /^(CURRENT|MANIFEST.*)$/)) {
    fs.rmSync(file);
    fs.mkdirSync(path.join(file, 'held'), { recursive: true });
  }
};

/** Of a phone on which two promises wait, with their spare copies; it is off. */
let sound: string;

beforeAll(async () => {
  const phone = await startPhone();
  const page = await openTab(phone);
  await page.evaluate(() => window.storageLab.enrol());
  for (const seq of [1, 2]) await page.evaluate((n) => window.storageLab.promise(n), seq);
  await page.evaluate(() => window.storageLab.mirror());
  await phone.close({ keepProfile: true });
  sound = phone.profile;
});
afterAll(() => fs.rmSync(sound, { recursive: true, force: true }));

/** The same phone each time, switched on again with the damage done. */
async function damagedPhone(damage: Damage): Promise<Page> {
  const profile = fs.mkdtempSync(path.join(os.tmpdir(), 'cf-phone-'));
  fs.cpSync(sound, profile, { recursive: true });
  damage(profile);
  const phone = await startPhone({ profile });
  onTestFinished(() => phone.close());
  return openTab(phone);
}

describe('what waits, in a database (F25)', () => {
  test.each<[string, Damage]>([
    ['whose manifest is damaged', overwritten(/^MANIFEST/)],
    ['whose current manifest is not named', removed(/^CURRENT$/)],
    ['whose log is damaged', overwritten(/\.log$/)],
    ['whose log was cut short', cutShort],
    ['whose files are all gone', removed(/./)],
  ])('%s, comes back from its spare copies', async (_name, damage) => {
    const page = await damagedPhone(damage);
    await page.evaluate(() => window.storageLab.mirror());
    expect(await page.evaluate(() => window.storageLab.outboxSeqs())).toEqual([1, 2]);
  });

  test('that can be neither read nor replaced is unreadable, and its spare copies stay', async () => {
    const page = await damagedPhone(stuck);
    expect(await page.evaluate(() => window.storageLab.outboxFault())).toBe('store_unreadable');
    expect(await page.evaluate(() => window.storageLab.walletFault())).toBe('store_unreadable');
    expect(await page.evaluate(() => window.storageLab.promise(3))).toBe('store_unreadable');
    expect(await page.evaluate(() => window.storageLab.mirrorFault())).toBe('store_unreadable');
    expect(await page.evaluate(() => window.storageLab.spares())).toHaveLength(2);
  });
});
