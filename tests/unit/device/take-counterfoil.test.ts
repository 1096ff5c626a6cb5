// Taking a counterfoil, on the real storage: what is refused leaves no trace.
import 'fake-indexeddb/auto';
import fc from 'fast-check';
import { afterEach, describe, expect, test } from 'vitest';
import { openWalletDatabase, type WalletDatabase } from '#device/database.ts';
import { createPaymentStore } from '#device/payment-store.ts';
import { verifyEs256 } from '#device/verify-es256.ts';
import { type Bytes, toBase64url } from '#protocol/bytes.ts';
import type { WalletStore } from '#wallet/ports.ts';
import { carriedEntryOf, OUTBOX_CARRIED_MAX } from '#wallet/records.ts';
import { takePresented } from '#wallet/take-counterfoil.ts';
import {
  ACCOUNT,
  EUR,
  filled,
  NOW_MS,
  PAYEE_ID,
  profileOf,
  sampleTaken,
  WALLET,
} from '../wallet/samples.ts';
import {
  coveredOrder,
  SIGNING_IDENTITY,
  signedAuthorization,
  signedCounterfoil,
} from '../wallet/signed-samples.ts';

const ORDER = coveredOrder();
const COUNTERFOIL = signedCounterfoil();
const databases: WalletDatabase[] = [];

async function payee(): Promise<WalletStore> {
  const database = openWalletDatabase({ name: `taking-${databases.length}` });
  databases.push(database);
  const store = createPaymentStore(database);
  const profile = profileOf(PAYEE_ID, 'Bento');
  await store.writeWallet({ ...WALLET, account: { ...ACCOUNT, profile } });
  await store.writeIdentity(SIGNING_IDENTITY, NOW_MS);
  await store.writeRequest({
    digest: toBase64url(ORDER.requestDigest),
    text: '000201',
    amountMinor: 1250n,
    currency: EUR,
    shownAtMs: NOW_MS,
    validUntilS: NOW_MS / 1000 + 900,
  });
  return store;
}

async function show(
  store: WalletStore,
  bytes: Bytes,
  keep: 'guaranteed' | 'promise-too' = 'guaranteed',
  kind: 'counterfoil' | 'authorization' = 'counterfoil',
  freshKeys = async () => false,
) {
  const clock = { nowMs: () => NOW_MS + 60_000 };
  const parts = { store, clock, verify: verifyEs256, freshKeys };
  const taking = await takePresented(parts, { kind, bytes }, keep);
  if (!taking.ok) throw new Error(taking.refusal.code);
  const { verdict, taken } = taking.value;
  return [verdict.kind === 'guaranteed' ? '' : verdict.code, verdict.kind, taken !== undefined];
}

async function expectNothing(store: WalletStore): Promise<void> {
  expect(await store.readOutbox()).toEqual([]);
  expect(await store.readTakenList(1)).toEqual([]);
}

afterEach(() => {
  for (const database of databases) database.close();
});

describe('what a payer’s screen shows', () => {
  test('is judged again by the server’s keys of now where there is a network', async () => {
    const store = await payee();
    await store.writeIdentity({ ...SIGNING_IDENTITY, keys: [] }, NOW_MS);
    expect(await show(store, COUNTERFOIL)).toEqual(['server_key_unknown', 'refused', false]);
    let asked = 0;
    const without = async () => {
      asked++;
      return true;
    };
    const still = await show(store, COUNTERFOIL, 'guaranteed', 'counterfoil', without);
    expect([still[0], asked]).toEqual(['server_key_unknown', 1]);
    const withKeys = async () => {
      await store.writeIdentity(SIGNING_IDENTITY, NOW_MS);
      return true;
    };
    const taken = await show(store, COUNTERFOIL, 'guaranteed', 'counterfoil', withKeys);
    expect(taken).toEqual(['', 'guaranteed', true]);
  });

  test('that repeats a number is not kept beside the first, also by two tabs at once', async () => {
    const store = await payee();
    const printed = { once: false, requestDigest: filled(8, 0x55) };
    const [first, second] = [1, 2].map((nonce) =>
      sampleTaken(1, { ...printed, nonce: filled(16, nonce) }),
    );
    if (!first || !second) throw new Error('two');
    const both = await Promise.all([store.take(first), store.take(second)]);
    expect(both.map(({ ok }) => ok).sort()).toEqual([false, true]);
    expect(await store.readOutbox()).toHaveLength(1);
  });

  test('is kept when it is guaranteed, once', async () => {
    const store = await payee();
    expect(await show(store, COUNTERFOIL)).toEqual(['', 'guaranteed', true]);
    expect(await show(store, COUNTERFOIL)).toEqual(['counterfoil_seen', 'refused', false]);
    expect(await store.readOutbox()).toHaveLength(1);
  });

  test('by two tabs at once is kept by one', async () => {
    const store = await payee();
    const both = await Promise.all([show(store, COUNTERFOIL), show(store, COUNTERFOIL)]);
    expect(both.map(([, kind]) => kind).sort()).toEqual(['guaranteed', 'refused']);
    expect(await store.readOutbox()).toHaveLength(1);
  });

  test('is kept as a promise only when a person wants it', async () => {
    const store = await payee();
    const bare = signedAuthorization(ORDER);
    const said = ['not_guaranteed', 'promise'];
    expect(await show(store, bare, 'guaranteed', 'authorization')).toEqual([...said, false]);
    await expectNothing(store);
    expect(await show(store, bare, 'promise-too', 'authorization')).toEqual([...said, true]);
    expect((await store.readTakenList(1))[0]).toMatchObject({
      guaranteed: false,
      doubt: 'not_guaranteed',
    });
  });

  test('with the number of a payment taken before is a second promise of it, and refused', async () => {
    const store = await payee();
    await show(store, COUNTERFOIL);
    const change = { nonce: filled(16, 9), requestDigest: filled(8, 9), once: false };
    const second = signedCounterfoil(coveredOrder(change));
    expect(await show(store, second, 'promise-too')).toEqual([
      'counterfoil_seen',
      'refused',
      false,
    ]);
  });

  test('is refused, with nothing lost, when so many wait that the network must come first', async () => {
    const store = await payee();
    const database = databases.at(-1);
    const entry = carriedEntryOf(sampleTaken(1));
    await database?.write(
      ['outbox'],
      async (tx) => {
        const outbox = tx.objectStore('outbox');
        const places = Array.from({ length: OUTBOX_CARRIED_MAX }, (_, place) => `entry ${place}`);
        await Promise.all(places.map((id) => outbox.put({ ...entry, id })));
      },
      'relaxed',
    );
    await expect(show(store, COUNTERFOIL)).rejects.toThrow('outbox_full');
    expect(await store.readTakenList(1)).toEqual([]);
  });

  test('with any byte changed, at any place, is refused, and nothing is stored', async () => {
    const store = await payee();
    const { length } = COUNTERFOIL;
    const anyChange = fc.integer({ min: 1, max: 255 });
    const everywhere = fc.array(anyChange, { minLength: length, maxLength: length });
    await fc.assert(
      fc.asyncProperty(everywhere, async (changes) => {
        for (const [place, change] of changes.entries()) {
          const bytes = COUNTERFOIL.slice();
          bytes[place] = (bytes[place] ?? 0) ^ change;
          const [, kind, isStored] = await show(store, bytes, 'promise-too');
          expect([kind, isStored], `byte ${place} ^ ${change}`).toEqual(['refused', false]);
        }
        await expectNothing(store);
      }),
      { numRuns: 2 },
    );
    expect(await show(store, COUNTERFOIL)).toEqual(['', 'guaranteed', true]);
  });
});
