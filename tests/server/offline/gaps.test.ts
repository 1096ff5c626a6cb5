// What is told of payments that a device has approved and nobody ever brought.
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { encodeOrder } from '#protocol/order.ts';
import { ROUTES } from '#protocol/routes.ts';
import { type DeviceGap, decodeDeviceGaps } from '#protocol/wire-offline.ts';
import { COMMANDS } from '#server/operator-commands.ts';
import { type RunningServer, startRunningServer } from '../../support/running-server.ts';
import {
  askForAllowance,
  authorizeCovered,
  enrol,
  grantAllowance,
  orderFor,
  post,
  type ServerWallet,
  settle,
} from '../../support/server-wallet.ts';
import { startTestCluster, type TestCluster } from '../../support/test-database.ts';

let cluster: TestCluster;
let server: RunningServer;
let ada: ServerWallet;
let ben: ServerWallet;

beforeAll(async () => {
  cluster = await startTestCluster();
  server = await startRunningServer(cluster);
});
beforeEach(async () => {
  [ada, ben] = [await enrol(server, 'Ada'), await enrol(server, 'Ben')];
});
afterAll(async () => {
  expect(server.faults).toEqual([]);
  await server.stop();
  await cluster.stop();
});

const accountOf = (who: ServerWallet) => who.enrolment.account.profile.account;

async function gapsOf(who: ServerWallet): Promise<readonly DeviceGap[]> {
  await server.services.sequences.flush();
  const headers = { cookie: who.cookie };
  const response = await server.inject({ url: ROUTES.deviceGaps.path, headers });
  const gaps = decodeDeviceGaps(response.json());
  if (!gaps.ok) throw new Error(response.body);
  return gaps.value.gaps;
}

type Numbered = { readonly seq: number; readonly device?: number; readonly amountMinor?: bigint };

/** Of Ada's payments to Ben those with these numbers; without an amount they are refused. */
async function bring(...numbers: readonly Numbered[]): Promise<void> {
  const orders = await Promise.all(
    numbers.map((change) => orderFor(server, ada, ben.account, { ...change })),
  );
  await settle(
    server,
    orders.map((order) => ada.authenticator.approve(encodeOrder(order))),
  );
}

async function announce(who: ServerWallet, account: string, device: number, seq: number | string) {
  const url = `${ROUTES.account.path}?account=${account}&device=${device}&seq=${seq}`;
  return (await server.inject({ url, headers: { cookie: who.cookie } })).statusCode;
}

test('numbers between those that came are told of, until they come, whatever their verdict', async () => {
  expect(await gapsOf(ada)).toEqual([]);
  await bring({ seq: 1 }, { seq: 3, amountMinor: 0n }, { seq: 7 });
  const covered = await authorizeCovered(server, ada, ben, await grantAllowance(server, ada), {
    seq: 9,
  });
  await settle(server, [covered]);
  const gap = (firstSeq: number, lastSeq: number) => ({ device: 1, firstSeq, lastSeq });
  expect(await gapsOf(ada)).toEqual([gap(8, 8), gap(4, 6), gap(2, 2)]);
  await bring({ seq: 2, amountMinor: 0n }, { seq: 5 });
  expect(await gapsOf(ada)).toEqual([gap(8, 8), gap(6, 6), gap(4, 4)]);
  await bring({ seq: 8 }, { seq: 6 }, { seq: 4 });
  expect(await gapsOf(ada)).toEqual([]);
  expect(await gapsOf(ben)).toEqual([]);
});

test('a gap between payments is told of although the server died before it noted any of their numbers', async () => {
  await bring({ seq: 1 }, { seq: 4 });
  await server.services.sequences.flush();
  await server.database.query('UPDATE device SET last_seq = 0 WHERE account = $1', [ada.account]);
  expect(await gapsOf(ada)).toEqual([{ device: 1, firstSeq: 2, lastSeq: 3 }]);
});

test('a phone that loses its storage leaves a gap, and its owner’s next phone hears of it (F28)', async () => {
  await bring({ seq: 1 }, { seq: 2 });
  expect(await announce(ada, accountOf(ada), 1, 4)).toBe(200);
  const { device } = (await post(server, ROUTES.devices.path, {}, ada.cookie)).json();
  await bring({ seq: 1, device });
  expect(await announce(ada, accountOf(ada), device, 1)).toBe(200);
  expect(await gapsOf(ada)).toEqual([{ device: 1, firstSeq: 3, lastSeq: 4 }]);
  // A phone put back to before it promised them is noticed by what it announced, too.
  expect((await askForAllowance(server, ada, { firstSeq: 4 })).json().code).toBe('device_behind');
});

test('what is announced counts for the account that is signed in, and for numbers that exist', async () => {
  await bring({ seq: 1 });
  expect(await announce(ada, accountOf(ben), 1, 5)).toBe(200);
  expect(await announce(ada, accountOf(ada), 2, 5)).toBe(200);
  expect(await announce(ada, accountOf(ada), 1, 0)).toBe(200);
  expect(await announce(ada, accountOf(ada), 1, 0x100000000)).toBe(200);
  expect(await announce(ada, accountOf(ada), 0x80000000, 5)).toBe(200);
  expect(await announce(ada, accountOf(ada), 1, '-5')).toBe(400);
  expect(await gapsOf(ada)).toEqual([]);
  expect(await gapsOf(ben)).toEqual([]);
  expect((await server.inject({ url: ROUTES.deviceGaps.path })).statusCode).toBe(401);
});

test('a number far ahead is one gap, not as many as there are numbers', async () => {
  await bring({ seq: 2 });
  expect(await announce(ada, accountOf(ada), 1, 0xffffffff)).toBe(200);
  expect(await gapsOf(ada)).toEqual([
    { device: 1, firstSeq: 3, lastSeq: 0xffffffff },
    { device: 1, firstSeq: 1, lastSeq: 1 },
  ]);
});

test('the operator sees them with the account', async () => {
  await bring({ seq: 2 }, { seq: 5 });
  await server.services.sequences.flush();
  const lines: string[] = [];
  const show = COMMANDS.find(({ name }) => name === 'account');
  const { database } = server;
  await show?.run({ database, args: [accountOf(ada)], say: (line) => lines.push(line) });
  expect(lines.filter((line) => line.startsWith('gap'))).toEqual([
    'gap       payment 3 to 4 of device 1 has not come',
    'gap       payment 1 of device 1 has not come',
  ]);
});
