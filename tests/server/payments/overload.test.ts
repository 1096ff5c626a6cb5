import pg from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { concatBytes } from '#protocol/bytes.ts';
import { decodePaymentsAnswer, PAYMENTS_MEDIA_TYPE } from '#protocol/payments-answer.ts';
import { ROUTES } from '#protocol/routes.ts';
import { connectRaw, type RawConnection } from '../../support/raw-connection.ts';
import { type RunningServer, startRunningServer } from '../../support/running-server.ts';
import {
  authorize,
  balanceOf,
  enrol,
  random,
  type ServerWallet,
  settle,
  upload,
} from '../../support/server-wallet.ts';
import { startTestCluster, type TestCluster } from '../../support/test-database.ts';

const PRICE = 100n;

let cluster: TestCluster;
let server: RunningServer;
let base: string;
let ada: ServerWallet;
let ben: ServerWallet;
/** While it holds its locks nothing is looked up of any payer: no signature can be verified. */
let stopper: pg.Client;

beforeAll(async () => {
  cluster = await startTestCluster();
});
afterAll(() => cluster.stop());
afterEach(async () => {
  await stopper.end();
  await server.stop();
});

async function start(env: Record<string, string>): Promise<void> {
  server = await startRunningServer(cluster, { env });
  base = await server.listen();
  [ada, ben] = [await enrol(server, 'Ada'), await enrol(server, 'Ben')];
  stopper = new pg.Client(server.connection);
  await stopper.connect();
}

async function standStill(): Promise<void> {
  await stopper.query('BEGIN');
  await stopper.query('LOCK TABLE payment, credential IN ACCESS EXCLUSIVE MODE');
}
const goOn = () => stopper.query('ROLLBACK');

const pay = () => authorize(server, ada, ben, { amountMinor: PRICE });
const many = (count: number) => Promise.all(Array.from({ length: count }, pay));

function requestOf(body: Uint8Array, bytes = body.length, more = ''): Uint8Array {
  const head = `POST ${ROUTES.payments.path} HTTP/1.1\r\nhost: x\r\ncontent-type: ${PAYMENTS_MEDIA_TYPE}\r\n${more}content-length: ${bytes}\r\n\r\n`;
  return Buffer.concat([Buffer.from(head), body]);
}
const NO_BODY = new Uint8Array(0);

const isUp = async () => (await fetch(base + ROUTES.healthz.path)).status;

/** As many uploads of one payment as can wait, so that the next is turned away. */
async function fill(count: number) {
  const items = await many(count);
  const answers = items.map((item) => upload(server, [item]));
  await expect.poll(async () => (await upload(server, [random(1)])).statusCode).toBe(503);
  return answers;
}

describe('a server that drowns', () => {
  // Of four places one address gets two.
  beforeEach(() => start({ PAYMENTS_WAITING_MAX: '4', BATCH_ITEMS_MAX: '4' }));

  test('answers before any signature is looked at, and what it acknowledged is in the ledger', async () => {
    const items = await many(60);
    await standStill();
    const shed: number[] = [];
    const answers = items.map(async (item) => {
      const answer = await upload(server, [item]);
      shed.push(answer.statusCode);
      return answer;
    });
    await expect.poll(() => shed.length).toBe(58);
    expect(new Set(shed)).toEqual(new Set([503]));
    await goOn();
    const all = await Promise.all(answers);
    const acknowledged = all.filter(({ statusCode }) => statusCode === 200);
    expect(acknowledged.length).toBe(2);
    for (const { statusCode, headers, body } of all) {
      if (statusCode === 200) continue;
      expect(statusCode).toBe(503);
      expect(JSON.parse(body).code).toBe('overloaded');
      expect(Number(headers['retry-after'])).toBeGreaterThan(0);
    }
    const count = 'SELECT count(*)::int AS n FROM payment';
    expect((await server.database.query(count)).rows).toEqual([{ n: 2 }]);
    // And whoever was turned away comes again, until everything is settled, once.
    for (const item of items) await settle(server, [item]);
    expect((await server.database.query(count)).rows).toEqual([{ n: 60 }]);
  });

  test('does not wait for the body, and the connection goes on once it came', async () => {
    await standStill();
    const waiting = await fill(2);
    const connection = await connectRaw(base);
    connection.send(requestOf(NO_BODY, 2000));
    await connection.until(/^HTTP\/1\.1 503 .*retry-after: \d+.*"overloaded"/s);
    connection.send(random(2000));
    connection.send(`GET ${ROUTES.healthz.path} HTTP/1.1\r\nhost: x\r\n\r\n`);
    await connection.until(/HTTP\/1\.1 200 .*"ok"/s);
    connection.close();
    await goOn();
    for (const answer of waiting) expect((await answer).statusCode).toBe(200);
  });

  test('still says that it lives, and answers from elsewhere', async () => {
    await standStill();
    const waiting = await fill(2);
    expect(await isUp()).toBe(200);
    expect((await fetch(base + ROUTES.keys.path)).status).toBe(200);
    await goOn();
    await Promise.all(waiting);
  });

  test('counts what it still has to settle, also when nobody waits for the answer', async () => {
    await standStill();
    const items = await many(2);
    const gone = await Promise.all(items.map(() => connectRaw(base)));
    for (const [i, connection] of gone.entries()) connection.send(requestOf(items[i] ?? NO_BODY));
    const probe = async () => (await upload(server, [random(1)])).statusCode;
    // An unreadable item needs no lookup, so it is answered while there is room.
    await expect.poll(probe).toBe(503);
    for (const connection of gone) connection.close();
    await expect.poll(() => openConnections()).toBe(0);
    expect(await probe()).toBe(503);
    await goOn();
    await expect.poll(probe).toBe(200);
    expect(await balanceOf(server, ben)).toBe((await startBalance()) + 2n * PRICE);
  });
});

const openConnections = () =>
  new Promise<number>((resolve, reject) =>
    server.app.server.getConnections((error, count) => (error ? reject(error) : resolve(count))),
  );
const startBalance = async () => (await balanceOf(server, await enrol(server, 'Cy'))) ?? 0n;

describe('one address', () => {
  test('that fills its share of the queue leaves room for others', async () => {
    await start({ PAYMENTS_WAITING_MAX: '4', BATCH_ITEMS_MAX: '4', TRUST_PROXY: 'true' });
    const bring = async (address: string) =>
      fetch(base + ROUTES.payments.path, {
        method: 'POST',
        headers: { 'content-type': PAYMENTS_MEDIA_TYPE, 'x-forwarded-for': address },
        body: await pay(),
      });
    await standStill();
    const greedy = [await pay(), await pay()].map((item) => upload(server, [item]));
    const stranger = '192.0.2.1';
    await expect.poll(async () => (await upload(server, [random(1)])).statusCode).toBe(503);
    const other = bring(stranger);
    await goOn();
    expect((await other).status).toBe(200);
    await Promise.all(greedy);
  });
});

describe('bodies on their way', () => {
  beforeEach(() => start({ UPLOAD_BYTES_WAITING_MAX: '131072' }));

  test('are counted as long as they may become, and given back by who hangs up', async () => {
    const slow: RawConnection[] = [];
    for (let i = 0; i < 2; i++) {
      const connection = await connectRaw(base);
      connection.send(requestOf(random(10), 60_000));
      slow.push(connection);
    }
    const [first] = slow;
    const probe = async () => (await upload(server, [random(60_000)])).statusCode;
    await expect.poll(probe).toBe(503);
    for (const connection of slow) connection.close();
    await expect.poll(probe).toBe(200);
    expect(first?.said()).toBe('');
  });

  test('and do not come give way to who has nothing here', { timeout: 60_000 }, async () => {
    // Each of these addresses takes half of what the others leave.
    const late: RawConnection[] = [];
    for (const [place, bytes] of [65_000, 32_000, 16_000, 8_000, 4_000, 2_000].entries()) {
      const connection = await connectRaw(base, `127.0.0.${10 + place}`);
      connection.send(requestOf(NO_BODY, bytes));
      late.push(connection);
    }
    const [item = NO_BODY] = await many(1);
    const padded = concatBytes(item, random(6_000));
    const bring = async () => (await upload(server, [padded])).statusCode;
    await expect.poll(bring).toBe(503);
    await expect.poll(bring, { timeout: 20_000 }).not.toBe(503);
    await late[0]?.closed;
    expect(late.filter(({ socket }) => socket.destroyed)).toHaveLength(1);
    for (const connection of late) connection.close();
  });

  test('of no announced length count as the longest', async () => {
    const connection = await connectRaw(base);
    const head = `POST ${ROUTES.payments.path} HTTP/1.1\r\nhost: x\r\ncontent-type: ${PAYMENTS_MEDIA_TYPE}\r\ntransfer-encoding: chunked\r\n\r\n`;
    connection.send(head);
    const probe = async () => (await upload(server, [random(1)])).statusCode;
    await expect.poll(probe).toBe(503);
    const [item = NO_BODY] = await many(1);
    connection.send(`${item.length.toString(16)}\r\n`);
    connection.send(item);
    connection.send('\r\n0\r\n\r\n');
    await connection.until(/^HTTP\/1\.1 200 /);
    await expect.poll(probe).toBe(200);
    connection.close();
  });

  test('in a content coding are never unpacked', async () => {
    const connection = await connectRaw(base);
    connection.send(requestOf(NO_BODY, 1000, 'content-encoding: gzip\r\n'));
    await connection.until(/^HTTP\/1\.1 415 .*"media_type"/s);
    connection.close();
  });

  test('that are too long are refused unread, and the refusal arrives', async () => {
    const connection = await connectRaw(base);
    connection.send(requestOf(random(100_000), 10_000_000));
    await connection.until(/^HTTP\/1\.1 413 .*"body_too_large"/s);
    connection.close();
  });

  test('that turn out too long are refused, and the refusal arrives', async () => {
    const connection = await connectRaw(base);
    connection.send(
      `POST ${ROUTES.receipts.path} HTTP/1.1\r\nhost: x\r\ncontent-type: application/cbor\r\ntransfer-encoding: chunked\r\n\r\n30d40\r\n`,
    );
    connection.send(random(200_000));
    await connection.until(/^HTTP\/1\.1 413 .*"body_too_large"/s);
    connection.close();
  });
});

describe('an address', () => {
  beforeEach(() => start({ PAYMENTS_PER_MINUTE: '100' }));

  test('pays for every payment that it brings, also for garbage', async () => {
    expect((await upload(server, [new Uint8Array(99)])).statusCode).toBe(200);
    const over = await upload(server, [new Uint8Array(2)]);
    expect(over.statusCode).toBe(429);
    expect(Number(over.headers['retry-after'])).toBeGreaterThan(0);
    expect((await upload(server, [await pay()])).statusCode).toBe(200);
    server.advance(60_000);
    // More than a minute's worth in one upload is not refused for ever.
    expect((await upload(server, [new Uint8Array(200)])).statusCode).toBe(200);
    expect((await upload(server, [random(1)])).statusCode).toBe(429);
  });

  test('pays for a long garbage item as for the payments that it could have been', async () => {
    const long = concatBytes(Uint8Array.of(0x5a, 0, 1, 0, 0), random(65_536));
    expect((await upload(server, [long, long.slice(0, 65_000)])).statusCode).toBe(200);
    expect((await upload(server, [long, long.slice(0, 65_000)])).statusCode).toBe(429);
  });
});

describe('a payer', () => {
  beforeEach(() => start({ ACCOUNT_PAYMENTS_PER_MINUTE: '2' }));

  const answersOf = async (items: Parameters<typeof settle>[1]) =>
    (await settle(server, items)).map((item) => (item.kind === 'receipt' ? 'receipt' : item.code));

  test('over its limit waits, and payments of others in the same upload do not', async () => {
    const [first, second, third] = await many(3);
    if (!first || !second || !third) throw new Error('three were made');
    expect(await answersOf([first, second])).toEqual(['receipt', 'receipt']);
    const alone = await upload(server, [third]);
    expect(alone.statusCode).toBe(429);
    expect(Number(alone.headers['retry-after'])).toBeGreaterThan(20);
    const other = await authorize(server, ben, ada);
    expect(await answersOf([third, other])).toEqual(['too_many_requests', 'receipt']);
    // What has a receipt is told it, limit or not.
    expect(await answersOf([first])).toEqual(['receipt']);
    server.advance(31_000);
    expect(await answersOf([third])).toEqual(['receipt']);
  });

  test('cannot be locked out by false signatures in its name, nor by true ones sent again', async () => {
    const [first] = await many(1);
    if (!first) throw new Error('one was made');
    expect(await answersOf([first])).toEqual(['receipt']);
    const false1 = await authorize(server, ada, ben, {}, { origin: 'https://evil.example' });
    const false2 = (await pay()).fill(0, -40);
    for (let i = 0; i < 5; i++) {
      expect(await answersOf([false1, false2, first])).toEqual([
        'assertion_origin',
        'assertion_signature',
        'receipt',
      ]);
    }
    expect(await answersOf(await many(1))).toEqual(['receipt']);
  });

  test('is told of an answer that wallets can read', async () => {
    await answersOf(await many(2));
    const mixed = await upload(server, [await pay(), random(1)]);
    const answer = decodePaymentsAnswer(new Uint8Array(mixed.rawPayload));
    expect(answer.ok && answer.value[0]).toMatchObject({ code: 'too_many_requests' });
  });
});

describe('a crowd that only looks', () => {
  // As many as the test’s own database lends.
  beforeEach(() => start({ DATABASE_CONNECTIONS_MAX: '8' }));

  test('leaves payments their connections, and is told when it is too large', async () => {
    const [item] = await many(1);
    await stopper.query('BEGIN');
    await stopper.query('LOCK TABLE profile IN ACCESS EXCLUSIVE MODE');
    const { account } = ben.enrolment.account.profile;
    const url = ROUTES.payee.path.replace(':id', account);
    const looks = Array.from({ length: 600 }, () => server.inject({ url }));
    const turnedAway = Promise.race(looks);
    expect((await settle(server, [item!]))[0]?.kind).toBe('receipt');
    expect((await turnedAway).statusCode).toBe(503);
    await goOn();
    const codes = (await Promise.all(looks)).map(({ statusCode }) => statusCode);
    expect(codes.filter((code) => code === 200).length).toBeGreaterThanOrEqual(500);
    expect(await balanceOf(server, ben)).toBe(100_000n + PRICE);
  });
});
