import 'fake-indexeddb/auto';
import { describe, expect, test } from 'vitest';
import { openWalletDatabase, SCHEMA_VERSION } from '#device/database.ts';
import { createPaymentStore } from '#device/payment-store.ts';
import { decodeAuthorization } from '#protocol/authorization.ts';
import { toBase64url } from '#protocol/bytes.ts';
import { sampleOrder, samplePayment, sampleReceipt } from '../wallet/samples.ts';
import { layDown, lookInto, RELEASED, type ReleasedPhone } from './released-versions.ts';

test('there is a phone of every released version', () => {
  const versions = Array.from({ length: SCHEMA_VERSION }, (_, at) => at + 1);
  expect(RELEASED.map(({ version }) => version)).toEqual(versions);
});

function recordsOf({ stores }: ReleasedPhone) {
  return new Map(stores.map(({ name, records }) => [name, records]));
}

describe.each(RELEASED)(
  'a phone of database version $version, switched on today (F16)',
  (phone) => {
    const name = `released-${phone.version}`;

    test('keeps every record, and every signed byte', async () => {
      await layDown(`${name}-kept`, phone);
      const database = openWalletDatabase({ name: `${name}-kept` });
      await createPaymentStore(database).readHome(10);
      database.close();
      const names = phone.stores.map((store) => store.name);
      expect(await lookInto(`${name}-kept`, SCHEMA_VERSION, names)).toEqual(recordsOf(phone));
    });

    test('finds nothing damaged, and what waited still waits', async () => {
      await layDown(`${name}-waits`, phone);
      const database = openWalletDatabase({ name: `${name}-waits` });
      const store = createPaymentStore(database);
      expect(await store.readDamaged()).toEqual([]);
      const waiting = await store.readOutbox();
      expect(waiting.map(({ id }) => id).sort()).toEqual(
        recordsOf(phone)
          .get('outbox')
          ?.map(([id]) => id),
      );
      for (const { id, authorization } of waiting) {
        const decoded = decodeAuthorization(authorization);
        expect(decoded.ok && toBase64url(decoded.value.id)).toBe(id);
      }
      const states = (await store.readPayments(99)).map(({ seq, state }) => `${seq} ${state}`);
      expect(states).toEqual(
        expect.arrayContaining([
          '1 accepted',
          '2 refused',
          '3 cancelled',
          '4 promised',
          '6 promised',
        ]),
      );
      expect(waiting.find(({ seq }) => seq === 5)?.quarantine?.code).toBe('payer_unknown');
      database.close();
    });

    test('goes on: a receipt ends what waited, and the next number is the next', async () => {
      await layDown(`${name}-on`, phone);
      const database = openWalletDatabase({ name: `${name}-on` });
      const store = createPaymentStore(database);
      const { receipt, bytes } = sampleReceipt(samplePayment(4));
      expect(await store.settle(samplePayment(4).id, receipt, bytes)).toBe('settled');
      const wallet = await store.readWallet();
      const next = (wallet?.lastSeq ?? 0) + 1;
      const { requestDigest } = sampleOrder(40);
      expect((await store.promise(samplePayment(next, { requestDigest }))).ok).toBe(true);
      expect((await store.readWallet())?.lastSeq).toBe(next);
      database.close();
    });
  },
);
