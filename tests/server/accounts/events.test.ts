import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { fundAccount } from '#ledger/fund-account.ts';
import { ROUTES } from '#protocol/routes.ts';
import { decodeStatement, type StatementEntry } from '#protocol/wire.ts';
import { type EventReader, readEvents, type ServerEvent } from '../../support/event-reader.ts';
import { type RunningServer, startRunningServer } from '../../support/running-server.ts';
import {
  authorize,
  EUR,
  enrol,
  post,
  random,
  type ServerWallet,
  settle,
} from '../../support/server-wallet.ts';
import { startTestCluster, type TestCluster } from '../../support/test-database.ts';

let cluster: TestCluster;
let server: RunningServer;
let base: string;
let ada: ServerWallet;
let ben: ServerWallet;

beforeAll(async () => {
  cluster = await startTestCluster();
  server = await startRunningServer(cluster);
  base = await server.listen();
});
beforeEach(async () => {
  [ada, ben] = [await enrol(server, 'Ada'), await enrol(server, 'Ben')];
});
afterAll(async () => {
  await server.stop();
  await cluster.stop();
});

const open = (
  who: ServerWallet,
  query = '',
  headers: Record<string, string> = {},
  at = base,
): Promise<EventReader> =>
  readEvents(`${at}${ROUTES.events.path}${query}`, { cookie: who.cookie, ...headers });

function entryOf(event: ServerEvent | undefined): StatementEntry {
  if (!event) throw new Error('the stream has ended');
  expect(event.event).toBe('entry');
  const statement = decodeStatement({ entries: [JSON.parse(event.data)], version: 0 });
  const entry = statement.ok ? statement.value.entries[0] : undefined;
  if (!entry) throw new Error(`not an entry: ${event.data}`);
  expect(event.id).toBe(String(entry.version));
  return entry;
}

async function pay(amountMinor: bigint): Promise<void> {
  await settle(server, [await authorize(server, ada, ben, { amountMinor })]);
}

describe('a live stream', () => {
  test('tells who has seen more than there is, as after a restore, to read anew', async () => {
    const stream = await open(ben, '', { 'last-event-id': '50' });
    expect(await stream.next()).toMatchObject({ event: 'restored', id: '1' });
    await pay(3n);
    expect(entryOf(await stream.next())).toMatchObject({ version: 2, amountMinor: 3n });
    stream.close();
  });

  test('tells what was posted before and what is posted now, each once and in order', async () => {
    await pay(1n);
    const stream = await open(ben);
    expect(stream.status).toBe(200);
    expect(stream.headers).toMatchObject({
      'content-type': 'text/event-stream',
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
    });
    expect(entryOf(await stream.next())).toMatchObject({ version: 1, kind: 'issue' });
    expect(entryOf(await stream.next())).toMatchObject({ version: 2, amountMinor: 1n });
    await pay(2n);
    expect(entryOf(await stream.next())).toMatchObject({
      version: 3,
      amountMinor: 2n,
      balanceMinor: 100_003n,
      kind: 'payment',
      counterparty: ada.enrolment.account.profile.account,
      counterpartyName: 'Ada',
    });
    stream.close();
  });

  test('goes on behind the last event that the browser has seen', async () => {
    await pay(1n);
    await pay(2n);
    const stream = await open(ben, '?after=1', { 'last-event-id': '2' });
    expect(entryOf(await stream.next())).toMatchObject({ version: 3, amountMinor: 2n });
    stream.close();
  });

  test('begins behind the cursor that the page asks for', async () => {
    const stream = await open(ben, '?after=1');
    await pay(5n);
    expect(entryOf(await stream.next())).toMatchObject({ version: 2, amountMinor: 5n });
    stream.close();
  });

  test('loses nothing and repeats nothing under a crowd of payments', async () => {
    const stream = await open(ben, '?after=1');
    const items = await Promise.all(
      Array.from({ length: 30 }, () => authorize(server, ada, ben, { amountMinor: 1n })),
    );
    const sent = Promise.all(items.map((item) => settle(server, [item])));
    const versions: number[] = [];
    while (versions.length < 30) versions.push(entryOf(await stream.next()).version);
    await sent;
    expect(versions).toEqual(Array.from({ length: 30 }, (_, i) => i + 2));
    stream.close();
  });

  test('tells what another process has posted', async () => {
    const other = await startRunningServer(cluster, { on: server });
    const stream = await open(ben, '?after=1');
    await settle(other, [await authorize(server, ada, ben, { amountMinor: 7n })]);
    expect(entryOf(await stream.next())).toMatchObject({ version: 2, amountMinor: 7n });
    const funding = { id: random(16), account: ben.account, currency: EUR, amountMinor: 9n };
    await fundAccount(server.database, funding, Math.floor(Date.now() / 1000));
    expect(entryOf(await stream.next())).toMatchObject({ version: 3, kind: 'issue' });
    stream.close();
    await other.stop();
  });

  test('tells nothing of other people’s accounts', async () => {
    const eve = await enrol(server, 'Eve');
    const stream = await open(eve, '?after=1');
    await pay(1n);
    const funding = { id: random(16), account: eve.account, currency: EUR, amountMinor: 9n };
    await fundAccount(server.database, funding, Math.floor(Date.now() / 1000));
    expect(entryOf(await stream.next())).toMatchObject({ version: 2, kind: 'issue' });
    stream.close();
  });

  test('ends for the oldest page when an account opens too many', async () => {
    const tight = await startRunningServer(cluster, { env: { STREAMS_PER_ACCOUNT_MAX: '2' } });
    const at = await tight.listen();
    const eve = await enrol(tight, 'Eve');
    const streams: EventReader[] = [];
    for (let i = 0; i < 3; i++) {
      const stream = await open(eve, '', {}, at);
      entryOf(await stream.next());
      streams.push(stream);
    }
    expect(await streams[0]!.next()).toBeUndefined();
    await streams[0]!.ended;
    const funding = { id: random(16), account: eve.account, currency: EUR, amountMinor: 9n };
    await fundAccount(tight.database, funding, Math.floor(Date.now() / 1000));
    for (const stream of streams.slice(1)) expect(entryOf(await stream.next()).version).toBe(2);
    for (const stream of streams) stream.close();
    await tight.stop();
  });

  test('does not keep the server from stopping', async () => {
    const stopping = await startRunningServer(cluster);
    const at = await stopping.listen();
    const eve = await enrol(stopping, 'Eve');
    const stream = await open(eve, '', {}, at);
    entryOf(await stream.next());
    await stopping.stop();
    await stream.ended;
  });

  test('refuses a cursor that is none', async () => {
    for (const query of ['?after=-1', '?after=x', '?after=1.5', `?after=${2 ** 60}`]) {
      const response = await server.app.inject({
        url: `${ROUTES.events.path}${query}`,
        headers: { cookie: ada.cookie },
      });
      expect(response.json().code).toBe('input_invalid');
    }
    const response = await server.app.inject({
      url: ROUTES.events.path,
      headers: { cookie: ada.cookie, 'last-event-id': 'abc' },
    });
    expect(response.json().code).toBe('input_invalid');
  });

  test('is refused after signing out', async () => {
    await post(server, ROUTES.signOut.path, {}, ada.cookie);
    const stream = await open(ada);
    expect(stream.status).toBe(401);
    stream.close();
  });
});
