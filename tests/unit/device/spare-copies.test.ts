import 'fake-indexeddb/auto';
import { describe, expect, test } from 'vitest';
import { openWalletDatabase } from '#device/database.ts';
import { createPaymentStore } from '#device/payment-store.ts';
import { markHandedOver, mirrorOutbox, readSpares, type SpareShelf } from '#device/spare-copies.ts';
import { StoreFault, type WalletStore } from '#wallet/ports.ts';
import { carriedEntryOf } from '#wallet/records.ts';
import {
  coveredPayment,
  EUR,
  NOW_MS,
  sampleGrant,
  samplePayment,
  sampleReceipt,
  sampleTaken,
  WALLET,
} from '../wallet/samples.ts';

let phones = 0;
const newStore = () => createPaymentStore(openWalletDatabase({ name: `spare-${++phones}` }));

function paperShelf(): SpareShelf & { readonly texts: Map<string, string> } {
  const texts = new Map<string, string>();
  return {
    texts,
    keep: async (id, text) => void texts.set(id, text),
    drop: async (id) => void texts.delete(id),
    ids: async () => [...texts.keys()],
    read: async (id) => texts.get(id),
  };
}

async function phoneWith(count: number): Promise<WalletStore> {
  const store = newStore();
  await store.writeWallet(WALLET);
  for (let seq = 1; seq <= count; seq++) await store.promise(samplePayment(seq));
  return store;
}

describe('spare copies', () => {
  test('are kept of what waits, and dropped once it has ended', async () => {
    const [store, shelf] = [await phoneWith(3), paperShelf()];
    expect(await mirrorOutbox(store, shelf)).toBe(0);
    expect(shelf.texts.size).toBe(3);
    const { receipt, bytes } = sampleReceipt(samplePayment(1));
    await store.settle(samplePayment(1).id, receipt, bytes);
    await store.cancel(samplePayment(2).id);
    await mirrorOutbox(store, shelf);
    expect([...shelf.texts.keys()]).toEqual([samplePayment(3).id]);
  });

  test('bring the very same signed bytes back into an empty database', async () => {
    const shelf = paperShelf();
    await mirrorOutbox(await phoneWith(2), shelf);
    const empty = newStore();
    expect(await mirrorOutbox(empty, shelf)).toBe(2);
    const back = await empty.readPayment(samplePayment(2).id);
    expect(back).toMatchObject({ ...samplePayment(2), state: 'promised' });
    expect(await empty.readOutbox()).toHaveLength(2);
    expect(await mirrorOutbox(empty, shelf)).toBe(0);
    expect(shelf.texts.size).toBe(2);
  });

  test('that are damaged themselves bring nothing back, and stay for somebody to look at', async () => {
    const shelf = paperShelf();
    const { id } = samplePayment(1);
    await mirrorOutbox(await phoneWith(1), shelf);
    const whole = shelf.texts.get(id) ?? '';
    const damaged = [
      '',
      'null',
      '{"authorization":5}',
      whole.slice(0, -9),
      '{"authorization":"AAAA"}',
    ];
    for (const text of damaged) {
      shelf.texts.set(id, text);
      const empty = newStore();
      expect(await mirrorOutbox(empty, shelf), text).toBe(0);
      expect(await empty.readOutbox()).toEqual([]);
      expect(shelf.texts.has(id)).toBe(true);
    }
    // The bytes alone are enough: they name themselves.
    const { authorization } = JSON.parse(whole);
    shelf.texts.set(id, JSON.stringify({ authorization, createdAtMs: 'yesterday' }));
    const store = newStore();
    expect(await mirrorOutbox(store, shelf)).toBe(1);
    expect((await store.readPayment(id))?.payeeName).toBe('');
  });

  test('of another payment under this name are not believed', async () => {
    const shelf = paperShelf();
    const store = await phoneWith(2);
    for (const seq of [7, 8]) await store.take(sampleTaken(seq));
    await mirrorOutbox(store, shelf);
    const exchanged = [
      [samplePayment(1).id, samplePayment(2).id],
      [sampleTaken(7).id, sampleTaken(8).id],
    ] as const;
    for (const [name, other] of exchanged) {
      shelf.texts.set(name, shelf.texts.get(other) ?? '');
      shelf.texts.delete(other);
    }
    const empty = newStore();
    expect(await mirrorOutbox(empty, shelf)).toBe(0);
    expect(await empty.readOutbox()).toEqual([]);
    expect(shelf.texts.size).toBe(2);
  });

  test('are not touched while the database cannot be read: unreadable is not empty', async () => {
    const shelf = paperShelf();
    const store = await phoneWith(1);
    await mirrorOutbox(store, shelf);
    const fault = () => Promise.reject(new StoreFault('store_unreadable', 'lost'));
    for (const broken of [
      { ...store, readOutbox: fault },
      { ...store, readOutbox: async () => [], readPayment: fault },
    ]) {
      await expect(mirrorOutbox(broken, shelf)).rejects.toThrow('lost');
      expect(shelf.texts.size).toBe(1);
    }
  });

  test('are kept of counterfoils too, and bring them back as they were judged', async () => {
    const shelf = paperShelf();
    const store = newStore();
    const sure = sampleTaken(1);
    const { allowance: _none, ...doubted } = sampleTaken(2, {}, { doubt: 'not_guaranteed' });
    const bare = { ...doubted, guaranteed: false };
    for (const taken of [sure, bare]) await store.take(taken);
    await mirrorOutbox(store, shelf);
    const empty = newStore();
    expect(await mirrorOutbox(empty, shelf)).toBe(2);
    expect(await empty.readTaken(sure.id)).toMatchObject(sure);
    expect(await empty.readTaken(bare.id)).toMatchObject(bare);
    expect(await empty.readTaken(bare.id)).not.toHaveProperty('allowance');
    const entries = [sure, bare].map((taken) => ({ ...carriedEntryOf(taken), sentAtMs: 0 }));
    expect(await empty.readOutbox()).toEqual(entries);
    const { receipt, bytes } = sampleReceipt(sure);
    await store.settle(sure.id, receipt, bytes);
    await mirrorOutbox(store, shelf);
    expect([...shelf.texts.keys()]).toEqual([bare.id]);
  });

  test('keep the cover of a promise: what comes back can still be shown as a counterfoil', async () => {
    const [store, shelf] = [await phoneWith(0), paperShelf()];
    const grant = sampleGrant();
    await store.writeGrant(EUR, grant);
    const payment = coveredPayment(1, 0n);
    await store.promise(payment);
    await mirrorOutbox(store, shelf);
    const empty = newStore();
    expect(await mirrorOutbox(empty, shelf)).toBe(1);
    expect(await empty.readPayment(payment.id)).toMatchObject({ ...payment, cover: grant.bytes });
  });

  test('keep what the person saw beside the bytes', async () => {
    const shelf = paperShelf();
    await mirrorOutbox(await phoneWith(1), shelf);
    const empty = newStore();
    await mirrorOutbox(empty, shelf);
    const { payeeName, requestText, createdAtMs } = (await empty.readPayments(1))[0] ?? {};
    expect([payeeName, requestText, createdAtMs]).toEqual(['Café Bento', 'request 1', NOW_MS + 1]);
  });
});

describe('spare copies of a database that cannot be read', () => {
  test('are read without it, own promises and counterfoils, each as it was', async () => {
    const [store, shelf] = [await phoneWith(1), paperShelf()];
    await store.take(sampleTaken(9));
    await mirrorOutbox(store, shelf);
    const spares = await readSpares(shelf);
    const read = spares.map((spare) => (spare.kind === 'taken' ? spare.taken : spare.payment));
    expect(read).toContainEqual(samplePayment(1));
    expect(read).toContainEqual(sampleTaken(9));
  });

  test('that were handed over can no longer be withdrawn, once it can be read again', async () => {
    const [store, shelf] = [await phoneWith(2), paperShelf()];
    await mirrorOutbox(store, shelf);
    await markHandedOver(shelf, samplePayment(1).id);
    expect(await readSpares(shelf)).toHaveLength(2);
    expect(await mirrorOutbox(store, shelf)).toBe(0);
    const late = await store.cancel(samplePayment(1).id);
    expect(late).toMatchObject({ refusal: { code: 'cancel_too_late' } });
    expect((await store.cancel(samplePayment(2).id)).ok).toBe(true);
    await mirrorOutbox(store, shelf);
    expect([...shelf.texts.keys()]).toEqual([samplePayment(1).id]);
  });
});
