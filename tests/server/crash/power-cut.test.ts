import { join } from 'node:path';
import pg from 'pg';
import { afterEach, expect, test } from 'vitest';
import { anyOf, createCarrier } from '../../support/carrier.ts';
import { type Disk, insertDisk, whyNoDisk } from '../../support/disk.ts';
import { enrolPeople, ORIGIN, startLoad, UNLIMITED } from '../../support/load.ts';
import { startServer, type TestServer } from '../../support/payment-server.ts';
import {
  type RestartablePostgres,
  startRestartablePostgres,
} from '../../support/restartable-postgres.ts';
import { authorize } from '../../support/server-wallet.ts';

const ROUNDS = 10;
/** Receipts held between two cuts, at least; then the power goes, whatever is on its way. */
const RECEIPTS = 30;

const reason = await whyNoDisk();
const because = reason && ` (SKIPPED: ${reason})`;

let disk: Disk | undefined;
let server: TestServer | undefined;

afterEach(async () => {
  await server?.kill();
  await disk?.dispose();
  await server?.dispose();
  disk = undefined;
  server = undefined;
});

/** What was before is on the disk, so that accounts are not what is missing. */
async function checkpoint({ connection }: RestartablePostgres): Promise<void> {
  const client = new pg.Client(connection);
  await client.connect();
  await client.query('CHECKPOINT');
  await client.end();
}

const addressOf = ({ port }: TestServer) => `http://localhost:${port}`;

test.skipIf(reason)(
  `the power goes ${ROUNDS} times under load: whoever held a receipt still finds it at the server${because}`,
  { timeout: 240_000 },
  async () => {
    disk = await insertDisk();
    const running = await startServer({
      env: { ...UNLIMITED, DATA_DIR: join(disk.folder, 'data') },
    });
    server = running;
    const bank = anyOf(() => [addressOf(running)], ORIGIN);
    const carrier = createCarrier(bank);
    const load = startLoad(bank, carrier, await enrolPeople(bank, 6));
    for (let round = 0; round < ROUNDS; round++) {
      await load.more(RECEIPTS + 3 * round);
      await disk.cut();
      await running.kill();
      const held = carrier.receipts.size;
      await disk.replug();
      await running.start();
      expect(await carrier.missingAt(bank), `after cut ${round}, of ${held}`).toEqual([]);
    }
    await load.end();
    expect(await carrier.missingAt(bank)).toEqual([]);
    expect(carrier.receipts.size).toBe(load.authorized());
    expect(await running.run('check-ledger')).toMatchObject({
      code: 0,
      stdout: expect.stringContaining(`payments ${carrier.receipts.size}\n`),
    });
  },
);

test.skipIf(reason)(
  `the same cut finds out a database that answers before it has written${because}`,
  { timeout: 240_000 },
  async () => {
    disk = await insertDisk();
    const hasty = await startRestartablePostgres(join(disk.folder, 'data'), {
      synchronous_commit: 'off',
      wal_writer_delay: '10s',
    });
    const running = await startServer({ env: { ...UNLIMITED, DATABASE_URL: hasty.url } });
    server = running;
    const bank = anyOf(() => [addressOf(running)], ORIGIN);
    const [payer, payee] = await enrolPeople(bank, 2);
    if (!payer || !payee) throw new Error('nobody is enrolled');
    await checkpoint(hasty);
    const carrier = createCarrier(bank);
    for (let n = 0; n < RECEIPTS; n++) await carrier.carry([await authorize(bank, payer, payee)]);
    await disk.cut();
    await running.kill();
    await disk.replug();
    await hasty.start();
    await running.start();
    expect((await carrier.missingAt(bank)).length).toBeGreaterThan(0);
  },
);
