import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { setFrozen } from '#ledger/accounts.ts';
import { fundAccount } from '#ledger/fund-account.ts';
import { FLAG } from '#protocol/assertion.ts';
import { encodeOrder, type Order, WIRE_AMOUNT_MAX } from '#protocol/order.ts';
import { ROUTES } from '#protocol/routes.ts';
import { revokeCredential } from '#server/passkeys/credentials.ts';
import { type RunningServer, startRunningServer } from '../../support/running-server.ts';
import {
  authorize,
  balanceOf,
  EUR,
  enrol,
  JPY,
  orderFor,
  outcomeOf,
  post,
  random,
  type ServerWallet,
} from '../../support/server-wallet.ts';
import type { Bend } from '../../support/software-authenticator.ts';
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
  await server.stop();
  await cluster.stop();
});

async function pay(change: Partial<Order> = {}, bend: Bend = {}): Promise<string> {
  return outcomeOf(server, await authorize(server, ada, ben, change, bend));
}

async function give(to: ServerWallet, amountMinor: bigint, currency = EUR): Promise<void> {
  const funding = { id: random(16), account: to.account, currency, amountMinor };
  const funded = await fundAccount(server.database, funding, Math.floor(Date.now() / 1000));
  if (!funded.ok) throw new Error(funded.refusal.code);
}

test('a payment moves its amount, and both see it', async () => {
  expect(await pay({ amountMinor: 2372n })).toBe('accepted');
  expect(await balanceOf(server, ada)).toBe(97_628n);
  expect(await balanceOf(server, ben)).toBe(102_372n);
});

test('what a signed-out payer had signed is settled by whoever brings it (F79)', async () => {
  const items = [await authorize(server, ada, ben), await authorize(server, ada, ben)];
  const signedOut = await post(server, ROUTES.signOut.path, {}, ada.cookie);
  expect(signedOut.statusCode).toBeLessThan(300);
  const answer = await server.inject({ url: ROUTES.account.path, headers: { cookie: ada.cookie } });
  expect(answer.statusCode).toBe(401);
  for (const item of items) expect(await outcomeOf(server, item)).toBe('accepted');
  expect(await balanceOf(server, ben)).toBe(100_200n);
});

test('a passkey’s count may go down and repeat: a queue arrives in no order (F70)', async () => {
  for (const signCount of [6, 5, 5, 0]) expect(await pay({}, { signCount })).toBe('accepted');
  expect(await balanceOf(server, ben)).toBe(100_400n);
});

describe('a verdict is signed, and moves nothing, for', () => {
  const nowS = () => Math.floor(server.nowMs() / 1000);

  test.each<[string, () => Partial<Order>, string]>([
    ['amount zero', () => ({ amountMinor: 0n }), 'refused amount_zero'],
    ['more than the balance', () => ({ amountMinor: 100_001n }), 'refused insufficient_funds'],
    ['more than 2^53 − 1', () => ({ amountMinor: 1n << 53n }), 'refused amount_too_large'],
    [
      'the most that the wire carries',
      () => ({ amountMinor: WIRE_AMOUNT_MAX }),
      'refused amount_too_large',
    ],
    [
      'a currency that the payer does not hold',
      () => ({ currency: JPY }),
      'refused currency_not_held',
    ],
    ['a currency that does not exist', () => ({ currency: 1 }), 'refused currency_unknown'],
    ['an unknown payee', () => ({ payee: random(16) }), 'refused payee_unknown'],
    ['the issuer as payee', () => ({ payee: new Uint8Array(16) }), 'refused payee_unknown'],
    ['the payer’s own account', () => ({ payee: ada.account }), 'refused own_account'],
    [
      'an order that has expired by the server’s clock',
      () => ({ authorizedAtS: nowS() - 100, validUntilS: nowS() - 1 }),
      'expired payment_expired',
    ],
    [
      'an order that claims to be valid for more than 30 days',
      () => ({ validUntilS: nowS() + 31 * 24 * 3600 }),
      'refused valid_too_long',
    ],
  ])('%s', async (_, change, outcome) => {
    expect(await pay(change())).toBe(outcome);
    expect([await balanceOf(server, ada), await balanceOf(server, ben)]).toEqual([
      100_000n,
      100_000n,
    ]);
  });

  test('a frozen payer', async () => {
    await setFrozen(server.database, ada.account, true);
    expect(await pay()).toBe('refused payer_frozen');
  });

  test('a frozen payee', async () => {
    await setFrozen(server.database, ben.account, true);
    expect(await pay()).toBe('refused payee_frozen');
  });

  test('a request for one sale that was paid before, by whomever', async () => {
    const once = { requestDigest: random(8), once: true };
    expect(await pay(once)).toBe('accepted');
    expect(await pay(once)).toBe('refused request_already_paid');
    const eve = await enrol(server, 'Eve');
    const item = await authorize(server, eve, ben, once);
    expect(await outcomeOf(server, item)).toBe('refused request_already_paid');
  });

  test('a payee who would hold more than can be counted', async () => {
    const currency = 840;
    await give(ben, WIRE_AMOUNT_MAX, currency);
    await give(ada, 1n, currency);
    expect(await pay({ amountMinor: 1n, currency })).toBe('refused balance_overflow');
  });

  test('what was refused once, also after the reason has gone', async () => {
    const item = await authorize(server, ada, ben, { amountMinor: 100_001n });
    expect(await outcomeOf(server, item)).toBe('refused insufficient_funds');
    await give(ada, 100n);
    expect(await outcomeOf(server, item)).toBe('refused insufficient_funds');
    expect(await pay({ amountMinor: 100_001n })).toBe('accepted');
  });

  test('what expired, even if the server’s clock is put right', async () => {
    const item = await authorize(server, ada, ben);
    server.advance(2 * 3600 * 1000);
    expect(await outcomeOf(server, item)).toBe('expired payment_expired');
    server.advance(-2 * 3600 * 1000);
    expect(await outcomeOf(server, item)).toBe('expired payment_expired');
  });

  test('what was accepted, also after it has expired and the account is frozen', async () => {
    const item = await authorize(server, ada, ben);
    expect(await outcomeOf(server, item)).toBe('accepted');
    server.advance(2 * 3600 * 1000);
    await setFrozen(server.database, ada.account, true);
    expect(await outcomeOf(server, item)).toBe('accepted');
    server.advance(-2 * 3600 * 1000);
  });
});

describe('no verdict and nothing stored for', () => {
  async function countPayments(): Promise<unknown> {
    return (await server.database.query('SELECT count(*) FROM payment')).rows;
  }

  test.each<[string, () => Partial<Order>, Bend, string]>([
    ['another server', () => ({ server: random(5) }), {}, 'wrong_server'],
    ['an unknown payer', () => ({ payer: random(16) }), {}, 'payer_unknown'],
    ['the issuer as payer', () => ({ payer: new Uint8Array(16) }), {}, 'payer_unknown'],
    [
      'another’s account',
      () => ({ payer: ben.account, payee: ada.account }),
      {},
      'credential_unknown',
    ],
    ['an unknown device', () => ({ device: 7 }), {}, 'device_unknown'],
    [
      'an approval on another site',
      () => ({}),
      { origin: 'https://evil.example' },
      'assertion_origin',
    ],
    [
      'an approval for another service',
      () => ({}),
      { rpId: 'evil.example' },
      'assertion_relying_party',
    ],
    [
      'an approval inside another site',
      () => ({}),
      { crossOrigin: true },
      'assertion_cross_origin',
    ],
    [
      'a creation in place of an approval',
      () => ({}),
      { type: 'webauthn.create' },
      'assertion_type',
    ],
    [
      'an approval of another payment',
      () => ({}),
      { challenge: random(32) },
      'assertion_challenge',
    ],
    ['nobody present', () => ({}), { flags: FLAG.UV }, 'assertion_user_presence'],
    ['nobody verified', () => ({}), { flags: FLAG.UP }, 'assertion_user_verification'],
    [
      'a passkey that contradicts itself',
      () => ({}),
      { flags: FLAG.UP | FLAG.UV | FLAG.BS },
      'assertion_backup_flags',
    ],
  ])('%s', async (_, change, bend, code) => {
    const before = await countPayments();
    expect(await pay(change(), bend)).toBe(`unsigned ${code}`);
    expect(await countPayments()).toEqual(before);
    expect(await balanceOf(server, ada)).toBe(100_000n);
  });

  test('a signature that does not match, and the right one is taken afterwards', async () => {
    const item = await authorize(server, ada, ben);
    const spoilt = item.slice();
    spoilt[spoilt.length - 1]! ^= 1;
    expect(await outcomeOf(server, spoilt)).toBe('unsigned assertion_signature');
    expect(await outcomeOf(server, item)).toBe('accepted');
  });

  test('an order signed by somebody else’s passkey under the payer’s hint', async () => {
    const order = encodeOrder(await orderFor(server, ada, ben.account));
    const forged = ben.authenticator.approve(order);
    const hint = ada.authenticator.approve(order).subarray(order.length + 4, order.length + 12);
    forged.set(hint, order.length + 4);
    expect(await outcomeOf(server, forged)).toBe('unsigned assertion_signature');
  });

  test('a passkey that has been revoked', async () => {
    const item = await authorize(server, ada, ben);
    await server.database.transaction((transaction) =>
      revokeCredential(transaction, ada.authenticator.credentialId),
    );
    expect(await outcomeOf(server, item)).toBe('unsigned credential_revoked');
  });

  test.each([
    ['no order at all', Uint8Array.of(0x80), 'bytes_malformed'],
    ['a number', Uint8Array.of(0x05), 'bytes_malformed'],
    ['a length that is not the shortest', Uint8Array.of(0x98, 0x01, 0x00), 'bytes_not_canonical'],
    ['more bytes than an authorization has', encodedBytes(3000), 'bytes_too_long'],
  ])('%s', async (_, item, code) => {
    expect(await outcomeOf(server, item)).toBe(`unsigned ${code}`);
  });
});

function encodedBytes(length: number): Uint8Array<ArrayBuffer> {
  const item = new Uint8Array(3 + length);
  item.set([0x59, length >> 8, length & 0xff]);
  return item;
}
