// The wallet's storage on a real IndexedDB: power cuts, full disks, two tabs, upgrades.
import fs from 'node:fs';
import path from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { type Phone, startPhone } from '../../support/browser.ts';
import { type LabServer, serveLab } from '../workers/scanner-lab.ts';

let lab: LabServer;
let phone: Phone;

beforeAll(async () => {
  [lab, phone] = await Promise.all([serveLab(new URL('lab', import.meta.url)), startPhone()]);
});

afterAll(async () => {
  await phone?.close();
  await lab?.close();
});

const address = () => `http://localhost:${lab.port}/`;

async function openTab(on: Phone = phone): Promise<Page> {
  const page = await on.context.newPage();
  await page.goto(address());
  await page.waitForFunction(() => 'storageLab' in window);
  return page;
}

/** A phone of its own, since what a test does to storage stays in it. */
async function ownPhone(): Promise<Phone> {
  const own = await startPhone();
  onTestFinished(() => own.close());
  return own;
}

/** The browser's main process, by the lock it keeps in its profile. */
function browserProcess(profile: string): number {
  const target = fs.readlinkSync(path.join(profile, 'SingletonLock'));
  const pid = Number(target.split('-').at(-1));
  if (!(pid > 1)) throw new Error(`no process in ${target}`);
  return pid;
}

/** Every file of every IndexedDB in the profile, as a failing disk might leave them. */
function damageDatabases(profile: string): void {
  const files = fs
    .readdirSync(profile, { recursive: true, encoding: 'utf8' })
    .filter((file) =>
      /indexeddb\.leveldb[/\\][^/\\]*(MANIFEST|\.log|\.ldb|CURRENT)[^/\\]*$/.test(file),
    );
  if (files.length === 0) throw new Error('no database in the profile');
  for (const file of files) fs.writeFileSync(path.join(profile, file), 'damaged');
}

test('a promise that was said is on disk: the browser is killed at that moment (F19)', async () => {
  const before = await startPhone();
  const page = await openTab(before);
  expect(await page.evaluate(() => window.storageLab.enrol())).toBe('ok');
  expect(await page.evaluate(() => window.storageLab.promise(1))).toBe('ok');
  expect(await page.evaluate(() => window.storageLab.settle(1))).toBe('settled');
  const said = await page.evaluate(() => window.storageLab.promise(2));
  process.kill(browserProcess(before.profile), 'SIGKILL');
  expect(said).toBe('ok');
  await before.close({ keepProfile: true }).catch(() => undefined);
  fs.rmSync(path.join(before.profile, 'SingletonLock'), { force: true });

  const after = await startPhone({ profile: before.profile });
  onTestFinished(() => after.close());
  const again = await openTab(after);
  expect(await again.evaluate(() => window.storageLab.outboxSeqs())).toEqual([2]);
  expect(await again.evaluate(() => window.storageLab.states())).toEqual([
    '2 promised',
    '1 accepted',
  ]);
  expect(await again.evaluate(() => window.storageLab.promise(3))).toBe('ok');
});

test('a database that is damaged on disk gives its promises back from their spare copies (F25)', async () => {
  const before = await startPhone();
  const page = await openTab(before);
  await page.evaluate(() => window.storageLab.enrol());
  for (const seq of [1, 2]) await page.evaluate((n) => window.storageLab.promise(n), seq);
  expect(await page.evaluate(() => window.storageLab.mirror())).toBe(0);
  await page.evaluate(() => window.storageLab.settle(1));
  expect(await page.evaluate(() => window.storageLab.mirror())).toBe(0);
  expect(await page.evaluate(() => window.storageLab.spares())).toHaveLength(1);
  await before.close({ keepProfile: true });
  damageDatabases(before.profile);

  const after = await startPhone({ profile: before.profile });
  onTestFinished(() => after.close());
  const again = await openTab(after);
  // Chromium throws a database away that it cannot repair: nothing is left, and nothing says so.
  expect(await again.evaluate(() => window.storageLab.hasWallet())).toBe(false);
  expect(await again.evaluate(() => window.storageLab.mirror())).toBe(1);
  expect(await again.evaluate(() => window.storageLab.outboxSeqs())).toEqual([2]);
  expect(await again.evaluate(() => window.storageLab.mirror())).toBe(0);
});

test('on a full disk nothing is promised and nothing is lost, and with room it goes on (F20)', async () => {
  const before = await startPhone();
  const page = await openTab(before);
  await page.evaluate(() => window.storageLab.enrol());
  expect(await page.evaluate(() => window.storageLab.promise(1))).toBe('ok');
  await before.close({ keepProfile: true });

  // Chromium remembers for a while how much room there was, so the disk is full from the start.
  const full = await startPhone({ profile: before.profile });
  onTestFinished(() => full.close());
  const again = await openTab(full);
  const cdp = await full.context.newCDPSession(again);
  const origin = new URL(address()).origin;
  await cdp.send('Storage.overrideQuotaForOrigin', { origin, quotaSize: 1 });
  expect(await again.evaluate(() => window.storageLab.promise(2))).toBe('store_not_saved');
  expect(await again.evaluate(() => window.storageLab.settleFault(1))).toBe('store_not_saved');
  expect(await again.evaluate(() => window.storageLab.outboxSeqs())).toEqual([1]);
  await cdp.send('Storage.overrideQuotaForOrigin', { origin });
  await expect
    .poll(() => again.evaluate(() => window.storageLab.promise(2)), {
      timeout: 40_000,
      interval: 500,
    })
    .toBe('ok');
  expect(await again.evaluate(() => window.storageLab.settle(1))).toBe('settled');
  expect(await again.evaluate(() => window.storageLab.outboxSeqs())).toEqual([2]);
});

test('of two tabs that promise at once, one does, and both then read the same', async () => {
  const own = await ownPhone();
  const [first, second] = [await openTab(own), await openTab(own)];
  await first.evaluate(() => window.storageLab.enrol());
  const outcomes = await Promise.all([
    first.evaluate(() => window.storageLab.promise(1)),
    second.evaluate(() => window.storageLab.promiseOther(1)),
  ]);
  expect(outcomes.sort()).toEqual(['ok', 'sequence_taken']);
  for (const page of [first, second]) {
    expect(await page.evaluate(() => window.storageLab.outboxSeqs())).toEqual([1]);
  }
});

describe('a newer wallet (F26)', () => {
  test('is given way to at once by a tab of this version, which then says so', async () => {
    const own = await ownPhone();
    const [old, newer] = [await openTab(own), await openTab(own)];
    await old.evaluate(() => window.storageLab.enrol());
    const opened = await newer.evaluate(() => window.storageLab.upgrade());
    expect(opened).toEqual({ newer: [], read: 'no fault' });
    expect(await old.evaluate(() => window.storageLab.troubles)).toEqual(['superseded']);
    expect(await old.evaluate(() => window.storageLab.walletFault())).toBe('store_unreadable');
    expect(await old.evaluate(() => window.storageLab.promise(1))).toBe('store_unreadable');
  });

  test('waits for a tab that does not listen, and says so, until that is closed', async () => {
    const own = await ownPhone();
    const [held, newer] = [await openTab(own), await openTab(own)];
    await held.evaluate(() => window.storageLab.enrol());
    await held.evaluate(() => window.storageLab.holdConnection());
    const blocked = await newer.evaluate(() => window.storageLab.upgrade());
    expect(blocked.newer).toContain('blocked');
    expect(blocked.read).toBe('store_unreadable');
    await held.evaluate(() => window.storageLab.letGo());
    const free = await newer.evaluate(() => window.storageLab.upgrade());
    expect(free.read).toBe('no fault');
  });
});

test('a newer wallet is not held up by a frozen tab, which is behind when it wakes (F26)', async () => {
  const own = await ownPhone();
  const [old, newer] = [await openTab(own), await openTab(own)];
  await old.evaluate(() => window.storageLab.enrol());
  expect(await old.evaluate(() => window.storageLab.promise(1))).toBe('ok');
  const cdp = await own.context.newCDPSession(old);
  await cdp.send('Page.setWebLifecycleState', { state: 'frozen' });
  const opened = await newer.evaluate(() => window.storageLab.upgrade());
  expect(opened.read).toBe('no fault');
  await cdp.send('Page.setWebLifecycleState', { state: 'active' });
  expect(await old.evaluate(() => window.storageLab.outboxFault())).toBe('store_unreadable');
  expect(await old.evaluate(() => window.storageLab.promise(2))).toBe('store_unreadable');
});

test('a page that is frozen with the lock delays a drain, and does not stop it (F33)', async () => {
  const own = await ownPhone();
  const [frozen, other] = [await openTab(own), await openTab(own)];
  await frozen.evaluate(() => window.storageLab.holdLock());
  const cdp = await own.context.newCDPSession(frozen);
  await cdp.send('Page.setWebLifecycleState', { state: 'frozen' });
  expect(await other.evaluate(() => window.storageLab.withLock(300))).toBe('drained');
});

test('storage that was cleared under a running page is empty, not broken', async () => {
  const own = await ownPhone();
  const page = await openTab(own);
  await page.evaluate(() => window.storageLab.enrol());
  const cdp = await own.context.newCDPSession(page);
  const origin = new URL(address()).origin;
  await cdp.send('Storage.clearDataForOrigin', { origin, storageTypes: 'indexeddb' });
  expect(await page.evaluate(() => window.storageLab.hasWallet())).toBe(false);
  expect(await page.evaluate(() => window.storageLab.promise(1))).toBe('no_account');
});
