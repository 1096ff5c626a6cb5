import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { toBase64url } from '#protocol/bytes.ts';
import { ROUTES } from '#protocol/routes.ts';
import { decodeDeviceList } from '#protocol/wire-offline.ts';
import { type RunningServer, startRunningServer } from '../../support/running-server.ts';
import {
  askForAllowance,
  authorizeCovered,
  EUR,
  enrol,
  grantAllowance,
  outcomeOf,
  post,
  readState,
  type ServerWallet,
  type WalletAllowance,
} from '../../support/server-wallet.ts';
import { startTestCluster, type TestCluster } from '../../support/test-database.ts';

let cluster: TestCluster;
let server: RunningServer;
let ada: ServerWallet;
let ben: ServerWallet;
let phone: WalletAllowance;
let laptop: number;

beforeAll(async () => {
  cluster = await startTestCluster();
  server = await startRunningServer(cluster);
});
/** Ada has a phone and a laptop, and something set aside for each. */
beforeEach(async () => {
  [ada, ben] = [await enrol(server, 'Ada'), await enrol(server, 'Ben')];
  const added = await post(server, ROUTES.devices.path, {}, ada.cookie);
  laptop = added.json().device;
  phone = await grantAllowance(server, ada, { amountMinor: 4000n });
  await grantAllowance(server, ada, { amountMinor: 1000n, device: laptop });
});
afterAll(async () => {
  await server.stop();
  await cluster.stop();
});

async function readDevices(who: ServerWallet) {
  const { cookie } = who;
  const response = await server.inject({ url: ROUTES.deviceList.path, headers: { cookie } });
  const list = decodeDeviceList(response.json());
  if (!list.ok) throw new Error(list.refusal.detail);
  return list.value;
}

const freeze = (device: number, who = ada) =>
  post(server, ROUTES.deviceFreeze.path, { device }, who.cookie);

test('the list names every device of the account with what is set aside for it', async () => {
  const paid = await authorizeCovered(server, ada, ben, phone, { amountMinor: 300n });
  expect(await outcomeOf(server, paid)).toBe('accepted');
  expect(await readDevices(ada)).toMatchObject({
    stopped: false,
    devices: [
      {
        device: ada.device,
        frozen: false,
        allowances: [
          {
            id: toBase64url(phone.allowance.id),
            currency: EUR,
            totalMinor: 4000n,
            spentMinor: 300n,
          },
        ],
      },
      { device: laptop, frozen: false, allowances: [{ totalMinor: 1000n, spentMinor: 0n }] },
    ],
  });
  expect((await readDevices(ben)).devices).toMatchObject([{ allowances: [] }]);
});

test('a lost phone is frozen from any browser: its unspent funds return, the others’ stay', async () => {
  const shown = await authorizeCovered(server, ada, ben, phone, { amountMinor: 300n });
  expect((await freeze(ada.device)).statusCode).toBe(204);
  expect((await freeze(ada.device)).statusCode).toBe(204);
  expect((await readState(server, ada)).balances).toMatchObject([{ heldMinor: 1000n }]);
  expect(await readDevices(ada)).toMatchObject({
    devices: [
      { frozen: true, allowances: [] },
      { frozen: false, allowances: [{ totalMinor: 1000n }] },
    ],
  });
  expect((await askForAllowance(server, ada)).json().code).toBe('device_frozen');
  // What it had shown to a payee before is still paid.
  expect(await outcomeOf(server, shown)).toBe('accepted');
});

test('nobody freezes a device of another account', async () => {
  expect((await freeze(laptop, ben)).json().code).toBe('device_unknown');
  expect(await readDevices(ada)).toMatchObject({ devices: [{ frozen: false }, { frozen: false }] });
  expect((await post(server, ROUTES.deviceFreeze.path, { device: 1 })).statusCode).toBe(401);
});
