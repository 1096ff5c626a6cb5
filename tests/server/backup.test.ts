import { existsSync, writeFileSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Bytes } from '#protocol/bytes.ts';
import { startServer, type TestServer } from '../support/payment-server.ts';
import { connectTo } from '../support/remote-server.ts';
import {
  authorize,
  enrol,
  outcomeOf,
  readIdentity,
  type ServerWallet,
  settle,
  trustReceipt,
} from '../support/server-wallet.ts';
import { startTestCluster, type TestCluster, urlOf } from '../support/test-database.ts';

describe('a server that was backed up while payments were settled', () => {
  let cluster: TestCluster;
  let server: TestServer;
  let folder: string;
  let file: string;
  let wallets: readonly [ServerWallet, ServerWallet];
  const acknowledged: { sent: Bytes; receipt: Bytes | undefined }[] = [];
  let before: typeof acknowledged;
  let keys: unknown;
  let url: string;

  const bank = () => connectTo(server.origin);

  async function receiptOf(sent: Bytes): Promise<Bytes | undefined> {
    const [answer] = await settle(bank(), [sent]);
    return answer?.kind === 'receipt' ? answer.receipt : undefined;
  }

  async function pay(): Promise<void> {
    const sent = await authorize(bank(), ...wallets, { amountMinor: 1n });
    acknowledged.push({ sent, receipt: await receiptOf(sent) });
  }

  beforeAll(async () => {
    cluster = await startTestCluster();
    folder = await mkdtemp(join(tmpdir(), 'cf-backups-'));
    file = join(folder, 'first');
    url = urlOf(await cluster.empty());
    server = await startServer();
    wallets = [await enrol(bank(), 'Ada'), await enrol(bank(), 'Ben')];
    keys = (await readIdentity(bank())).keys;
    for (let count = 0; count < 5; count++) await pay();
    const progress = { stopped: false };
    const paying = (async () => {
      while (!progress.stopped) await pay();
    })();
    before = [...acknowledged];
    const taken = await server.run('backup', [file]);
    progress.stopped = true;
    await paying;
    await server.stop();
    expect(taken, taken.stderr).toMatchObject({ code: 0 });
  });
  afterAll(async () => {
    await server?.dispose();
    await cluster.stop();
    await rm(folder, { recursive: true, force: true });
  });

  async function epochOf(): Promise<number> {
    const receipt = await receiptOf(await authorize(bank(), ...wallets));
    if (!receipt) throw new Error('no receipt');
    return trustReceipt(await readIdentity(bank()), receipt).epoch;
  }

  async function expectSameServer(): Promise<void> {
    expect((await readIdentity(bank())).keys).toEqual(keys);
    for (const { sent, receipt } of before) {
      expect(receipt).toBeDefined();
      expect(await receiptOf(sent)).toEqual(receipt);
    }
  }

  let epoch = 1;

  test('goes on from the file in a PostgreSQL of one’s own, with its keys and a new epoch', async () => {
    const env = { DATABASE_URL: url, SANDBOX: 'true' };
    const restored = await server.run('restore', [file], '', env);
    expect(restored, restored.stderr).toMatchObject({ code: 0 });
    expect(restored.stdout).toContain('The ledger keeps all its promises.');
    await server.start({ env });
    await expectSameServer();
    const next = await epochOf();
    expect(next).toBeGreaterThan(epoch);
    epoch = next;
  });

  test('and from there in an embedded database again', async () => {
    const second = join(folder, 'second');
    expect(await server.run('backup', [second])).toMatchObject({ code: 0 });
    await server.stop();
    const env = { DATA_DIR: join(server.dataDir, 'again'), DATABASE_URL: '' };
    const restored = await server.run('restore', [second], '', env);
    expect(restored, restored.stderr).toMatchObject({ code: 0 });
    await server.start({ env });
    await expectSameServer();
    expect(await epochOf()).toBeGreaterThan(epoch);
    expect(await outcomeOf(bank(), await authorize(bank(), wallets[1], wallets[0]))).toBe(
      'accepted',
    );
  });

  test('is not overwritten by a restore', async () => {
    const refused = await server.run('restore', [file]);
    expect(refused).toMatchObject({ code: 1, stdout: '' });
    expect(refused.stderr).toContain('The database is in use already.');
    await expectSameServer();
  });

  test('is not found where the file is damaged: no database is even made', async () => {
    const damaged = join(folder, 'damaged');
    writeFileSync(damaged, (await readFile(file)).subarray(0, -9));
    const env = { DATA_DIR: join(folder, 'untouched'), DATABASE_URL: '' };
    const refused = await server.run('restore', [damaged], '', env);
    expect(refused).toMatchObject({ code: 1, stdout: '' });
    expect(refused.stderr).toContain('This is not a whole backup');
    expect(existsSync(env.DATA_DIR)).toBe(false);
  });

  test('is asked for by a name, and a name that is taken is refused', async () => {
    expect(await server.run('backup')).toMatchObject({ code: 2 });
    expect(await server.run('restore')).toMatchObject({ code: 2 });
    const refused = await server.run('backup', [file]);
    expect(refused).toMatchObject({ code: 2 });
    expect(refused.stderr).toContain('exists already');
  });
});
