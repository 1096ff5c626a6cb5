import { randomInt } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import type pg from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { BackupDamaged, lineOf } from '#ledger/backup-format.ts';
import { checkLedger } from '#ledger/check-ledger.ts';
import { type Database, openDatabase, type Queryable } from '#ledger/database.ts';
import { loadBackup } from '#ledger/load-backup.ts';
import { migrate, migrationsOf, readApplied } from '#ledger/migrate.ts';
import { readReceipts } from '#ledger/read-statement.ts';
import { readTables } from '#ledger/tables.ts';
import { takeBackup } from '#ledger/take-backup.ts';
import type { Bytes } from '#protocol/bytes.ts';
import { partsOfFile, readBackup } from '#server/backup-contents.ts';
import { writeBackupFile } from '#server/backup-file.ts';
import { beginEpoch, createIdentityOnce } from '#server/payments/server-keys.ts';
import { systemRandom } from '#server/ports.ts';
import { countRows, enrolWith, open, settle, verdictOf } from '../../support/settling.ts';
import { drawnOn, newPayment, random, VERIFIERS } from '../../support/signed-payments.ts';
import { SILENT_LOG, startTestCluster, type TestCluster } from '../../support/test-database.ts';

let cluster: TestCluster;
let folder: string;
const opened: Database[] = [];

beforeAll(async () => {
  cluster = await startTestCluster();
});
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cf-backup-'));
});
afterEach(async () => {
  await Promise.all(opened.splice(0).map((database) => database.close()));
  await rm(folder, { recursive: true, force: true });
});
afterAll(() => cluster.stop());

function openAt(connection: pg.PoolConfig): Database {
  const database = openDatabase(connection, { log: SILENT_LOG });
  opened.push(database);
  return database;
}

const openEmpty = async () => openAt(await cluster.empty());

async function backUp(database: Database, name = 'backup'): Promise<string> {
  const file = join(folder, name);
  await writeBackupFile(file, (line) =>
    takeBackup(database, new Date(), (part) => line(lineOf(part))),
  );
  return file;
}

const changeNothing = async () => 0;

async function restore(
  database: Database,
  file: string,
  begin: (transaction: Queryable) => Promise<number> = changeNothing,
): Promise<number> {
  const { header } = await readBackup(file);
  return loadBackup(database, header, () => partsOfFile(file), begin);
}

/** In an order that does not depend on where the rows lie. */
function linesOf(file: string): string[] {
  const lines = gunzipSync(readFileSync(file)).toString().trim().split('\n');
  return lines.filter((line) => !/^\{"(format|sha256)"/.test(line)).toSorted();
}

/** Something in every table that settlement writes, and a server's identity. */
async function fill(database: Database) {
  await createIdentityOnce(database, systemRandom);
  const [alice, bob] = [await enrolWith(database, 10_000n), await enrolWith(database, 500n)];
  const allowance = await open(database, alice);
  const once = { once: true, requestDigest: random(8) };
  const twice = { ...drawnOn(allowance), seq: allowance.limits.firstSeq + 7 };
  const payments = [
    newPayment(alice, bob, once),
    newPayment(bob, alice, { amountMinor: 2n ** 62n }),
    newPayment(alice, bob, { ...drawnOn(allowance), amountMinor: 20n }),
    newPayment(alice, bob, { ...twice, amountMinor: 30n }),
    newPayment(alice, bob, { ...twice, amountMinor: 31n }),
  ];
  await settle(database, payments);
  await database.query(
    `INSERT INTO profile (account, display_name, city, verified_at)
      VALUES ($1, $2, NULL, '2026-02-03 04:05:06.789012+00')`,
    [alice.account, 'Åsa "\\N" {}, 日本\n\t\u0001'],
  );
  return { alice, bob, payments };
}

test('a restored database holds every row as it was: its backup is the same backup', async () => {
  const { database } = await cluster.fresh();
  await fill(database);
  expect(await countRows(database, 'double_promise')).toBeGreaterThan(0);
  const file = await backUp(database);
  const copy = await openEmpty();
  await restore(copy, file);
  expect(linesOf(await backUp(copy, 'again'))).toEqual(linesOf(file));
  expect(await checkLedger(copy, VERIFIERS)).toEqual(await checkLedger(database, VERIFIERS));
  expect(await readApplied(copy)).toEqual(await readApplied(database));
});

test('a backup is for its owner alone, and takes no other file’s place', async () => {
  const { database } = await cluster.fresh();
  const file = await backUp(database);
  expect((await stat(file)).mode & 0o777).toBe(0o600);
  const before = readFileSync(file);
  await expect(backUp(database)).rejects.toThrow('EEXIST');
  expect(readFileSync(file)).toEqual(before);
  expect(await readdir(folder)).toEqual(['backup']);
});

test('a backup that fails halfway leaves no file', async () => {
  const writing = writeBackupFile(join(folder, 'backup'), async (line) => {
    await line('{}');
    throw new Error('the database went away');
  });
  await expect(writing).rejects.toThrow('the database went away');
  expect(await readdir(folder)).toEqual([]);
});

test('taken while payments are settled it is one moment: whole, with all that was acknowledged before', async () => {
  const { database, connection } = await cluster.fresh();
  const people = await Promise.all(Array.from({ length: 4 }, () => enrolWith(database, 100_000n)));
  const acknowledged = new Map<Bytes, Bytes>();
  const progress = { stopped: false };
  const settling = openAt(connection);
  async function pay(from: number): Promise<void> {
    while (!progress.stopped) {
      const payments = Array.from({ length: 5 }, (_, index) =>
        newPayment(people[from]!, people[(from + 1 + (index % 3)) % 4]!),
      );
      const settlements = await settle(settling, payments);
      settlements.forEach((settlement, index) => {
        if (settlement.kind === 'receipt')
          acknowledged.set(payments[index]!.id, settlement.receipt);
      });
    }
  }
  const load = Promise.all([0, 1, 2, 3].map(pay));
  const grownBeyond = (size: number) =>
    expect.poll(() => acknowledged.size, { timeout: 30_000 }).toBeGreaterThan(size);
  let before = new Map<Bytes, Bytes>();
  let file = '';
  try {
    await grownBeyond(40);
    before = new Map(acknowledged);
    file = await backUp(database);
    await grownBeyond(before.size);
  } finally {
    progress.stopped = true;
    await load;
  }
  const copy = await openEmpty();
  await restore(copy, file);
  expect(await readReceipts(copy, [...before.keys()])).toEqual([...before.values()]);
  expect(await checkLedger(copy, VERIFIERS)).toMatchObject({ clean: true });
});

test('what goes on from a backup has a new epoch, and numbers transfers beyond those of the lost time', async () => {
  const { database } = await cluster.fresh();
  const { alice, bob } = await fill(database);
  const file = await backUp(database);
  const lost = newPayment(alice, bob);
  await settle(database, [lost]);
  const copy = await openEmpty();
  expect(await restore(copy, file, (to) => beginEpoch(to, Date.now()))).toBeGreaterThan(1);
  const later = newPayment(bob, alice);
  expect((await settle(copy, [later])).map(verdictOf)).toEqual(['accepted']);
  const numberIn = async (where: Database, id: Bytes) => {
    const { rows } = await where.query<{ transfer_id: bigint }>(
      'SELECT transfer_id FROM payment WHERE id = $1',
      [id],
    );
    return rows[0]!.transfer_id;
  };
  const distance = (await numberIn(copy, later.id)) - (await numberIn(database, lost.id));
  expect(distance).toBeGreaterThan(999_999_000n);
  // Five bytes in a receipt, as before.
  expect(await numberIn(copy, later.id)).toBeLessThan(2n ** 32n);
  expect(await checkLedger(copy, VERIFIERS)).toMatchObject({ clean: true });
});

test('an older release’s backup gets that release’s schema first, and then today’s', async () => {
  const newest = await readApplied((await cluster.fresh()).database);
  const older = await openEmpty();
  await migrate(older, migrationsOf(newest.slice(0, 2)));
  await older.query(`INSERT INTO account (id, kind) VALUES ($1, 'person')`, [random(16)]);
  await createIdentityOnce(older, systemRandom);
  const copy = await openEmpty();
  await restore(copy, await backUp(older));
  expect(await readApplied(copy)).toEqual(newest);
  // The issuer, the person, and the guarantee that a later migration brings.
  expect(await countRows(copy, 'account')).toBe(3);
});

test('a database without our schema is nothing to back up', async () => {
  await expect(backUp(await openEmpty())).rejects.toThrow('nothing in this database');
  expect(await readdir(folder)).toEqual([]);
});

describe('is refused, and nothing changes, when the target', () => {
  async function sourceFile(): Promise<string> {
    const { database } = await cluster.fresh();
    await fill(database);
    return backUp(database);
  }

  test('is in use', async () => {
    const { database: target } = await cluster.fresh();
    await fill(target);
    const file = await sourceFile();
    const before = await backUp(target, 'before');
    await expect(restore(target, file)).rejects.toThrow('in use already');
    expect(linesOf(await backUp(target, 'after'))).toEqual(linesOf(before));
  });

  test('holds somebody else’s tables', async () => {
    const target = await openEmpty();
    await target.query('CREATE TABLE recipe (name text)');
    await expect(restore(target, await sourceFile())).rejects.toThrow(
      'has tables already (recipe)',
    );
    expect((await readTables(target)).map((table) => table.name)).toEqual(['recipe']);
  });

  test('is newer than the backup', async () => {
    const newest = await readApplied((await cluster.fresh()).database);
    const older = await openEmpty();
    await migrate(older, migrationsOf(newest.slice(0, 2)));
    const { database: target } = await cluster.fresh();
    await expect(restore(target, await backUp(older))).rejects.toThrow('newer than the backup');
  });
});

test('a restore that fails halfway leaves a database that the next one may fill', async () => {
  const { database } = await cluster.fresh();
  await fill(database);
  const file = await backUp(database);
  const target = await openEmpty();
  const failing = restore(target, file, async () => {
    throw new Error('the machine was switched off');
  });
  await expect(failing).rejects.toThrow('switched off');
  expect(await countRows(target, 'payment')).toBe(0);
  await restore(target, file);
  expect(linesOf(await backUp(target, 'again'))).toEqual(linesOf(file));
});

test('of two restores into one database one is refused', async () => {
  const { database } = await cluster.fresh();
  await fill(database);
  const file = await backUp(database);
  const connection = await cluster.empty();
  const both = await Promise.allSettled([
    restore(openAt(connection), file),
    restore(openAt(connection), file),
  ]);
  expect(both.map((one) => one.status).toSorted()).toEqual(['fulfilled', 'rejected']);
  expect(linesOf(await backUp(openAt(connection), 'again'))).toEqual(linesOf(file));
});

describe('a file is refused that', () => {
  let good: Buffer;

  beforeEach(async () => {
    const { database } = await cluster.fresh();
    await fill(database);
    good = readFileSync(await backUp(database, 'good'));
  });

  async function judge(bytes: Buffer): Promise<unknown> {
    const file = join(folder, 'changed');
    writeFileSync(file, bytes);
    return readBackup(file).then(
      () => 'taken',
      (error: unknown) => error,
    );
  }

  test('is cut short, wherever', async () => {
    const lengths = [0, 1, 9, 10, 18, good.length - 1, good.length - 8, good.length - 9];
    const anywhere = Array.from({ length: 40 }, () => randomInt(good.length));
    for (const length of [...lengths, ...anywhere]) {
      expect(await judge(good.subarray(0, length)), `${length}`).toBeInstanceOf(BackupDamaged);
    }
  });

  test('has one bit changed, wherever there is a content', async () => {
    const content = gunzipSync(good);
    const isSame = (bytes: Buffer) => {
      try {
        return gunzipSync(bytes).equals(content);
      } catch {
        return false;
      }
    };
    // The ten bytes before say when and on which system it was packed.
    for (let round = 0; round < 60; round++) {
      const place = randomInt(10, good.length);
      const changed = Buffer.from(good);
      changed[place] = changed[place]! ^ (1 << randomInt(8));
      // A few bits fill the last packed byte up, and say nothing.
      if (isSame(changed)) continue;
      expect(await judge(changed), `byte ${place}`).toBeInstanceOf(BackupDamaged);
    }
  });

  test.each([
    ['says another amount', (text: string) => text.replace('"10000"', '"90000"')],
    ['lacks a row', (text: string) => text.replace(/^\["\\\\x.*\n/m, '')],
    ['has lost its digest', (text: string) => text.replace(/\{"sha256.*\n/, '')],
    ['goes on', (text: string) => `${text}[]\n`],
    ['is something else', () => 'not a backup\n'],
  ])('%s, although it was packed properly', async (_, change) => {
    const text = gunzipSync(good).toString();
    expect(change(text)).not.toBe(text);
    expect(await judge(gzipSync(change(text)))).toBeInstanceOf(BackupDamaged);
  });
});
