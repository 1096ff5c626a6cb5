// What every storage of the wallet must do, as cases that run on fake-indexeddb and in a real Chromium.

import { openWalletDatabase, SCHEMA_VERSION, type WalletDatabase } from '#device/database.ts';
import { createPaymentStore } from '#device/payment-store.ts';
import type { StatementEntry } from '#protocol/wire.ts';
import { type Payment, step } from '#wallet/payment.ts';
import type { WalletStore } from '#wallet/ports.ts';
import { OUTBOX_ITEMS_MAX, outboxEntryOf, type ShownRequest } from '#wallet/records.ts';
import {
  ACCOUNT,
  EUR,
  filled,
  IDENTITY,
  JPY,
  NOW_MS,
  PAYEE_ID,
  profileOf,
  samplePayment,
  sampleReceipt,
  WALLET,
} from '../wallet/samples.ts';
import { codeOf, demand, expectEqual, faultOf } from './expectations.ts';

export type Phone = {
  readonly name: string;
  readonly database: WalletDatabase;
  readonly store: WalletStore;
  /** Another tab, or the worker, on the same database. */
  tab(): { readonly database: WalletDatabase; readonly store: WalletStore };
  /** Ends this tab and begins a new one. */
  restart(): Phone;
  /** Writes past the store, as damage does. */
  damage(store: string, value: unknown, key?: string): Promise<void>;
  raw(store: string, key: string): Promise<unknown>;
  close(): void;
};

export type ContractCase = {
  readonly name: string;
  run(phone: Phone): Promise<void>;
};

function rawRequest<T>(
  name: string,
  mode: 'readonly' | 'readwrite',
  store: string,
  act: (target: IDBObjectStore) => IDBRequest<T>,
): Promise<T> {
  return new Promise((resolve, reject) => {
    const opening = indexedDB.open(name, SCHEMA_VERSION);
    opening.onerror = () => reject(opening.error);
    opening.onsuccess = () => {
      const tx = opening.result.transaction(store, mode);
      const request = act(tx.objectStore(store));
      tx.oncomplete = () => {
        opening.result.close();
        resolve(request.result);
      };
      tx.onerror = () => reject(tx.error);
    };
  });
}

export function switchOn(name: string): Phone {
  const open = () => {
    const database = openWalletDatabase({ name });
    return { database, store: createPaymentStore(database) };
  };
  const { database, store } = open();
  return {
    name,
    database,
    store,
    tab: open,
    restart() {
      database.close();
      return switchOn(name);
    },
    async damage(target, value, key) {
      // So that there is a database to damage.
      await store.readSettings();
      await rawRequest<IDBValidKey>(name, 'readwrite', target, (s) =>
        key === undefined ? s.put(value) : s.put(value, key),
      );
    },
    raw: (target, key) => rawRequest(name, 'readonly', target, (s) => s.get(key)),
    close: () => database.close(),
  };
}

async function enrolled(phone: Phone): Promise<void> {
  expectEqual(codeOf(await phone.store.writeWallet(WALLET)), 'ok');
}

async function promised(phone: Phone, count: number): Promise<Payment[]> {
  const payments: Payment[] = [];
  for (let seq = 1; seq <= count; seq++) {
    const payment = samplePayment(seq);
    expectEqual(codeOf(await phone.store.promise(payment)), 'ok', `promise ${seq}`);
    payments.push(payment);
  }
  return payments;
}

async function settled(phone: Phone, payment: Payment): Promise<Payment> {
  const { receipt, bytes } = sampleReceipt(payment);
  expectEqual(await phone.store.settle(payment.id, receipt, bytes), 'settled');
  return step(payment, { kind: 'receipt', receipt, bytes });
}

/** Without the key of its index, which storage adds. */
function plain(payment: Payment | undefined): object {
  const { newest: _key, ...rest } = { newest: 0, ...demand(payment) };
  return rest;
}

const ids = (list: readonly { readonly id: string }[]) => list.map(({ id }) => id);

const PROMISING: ContractCase[] = [
  {
    name: 'a new phone has no wallet, no payments and the usual settings',
    async run({ store }) {
      expectEqual(await store.readWallet(), undefined);
      const home = await store.readHome(10);
      expectEqual([home.wallet, home.recent, home.waiting, home.damaged], [undefined, [], [], 0]);
      expectEqual(home.settings, { theme: 'system' });
    },
  },
  {
    name: 'without a wallet nothing can be promised',
    async run({ store }) {
      expectEqual(codeOf(await store.promise(samplePayment(1))), 'no_account');
      expectEqual(await store.readOutbox(), []);
    },
  },
  {
    name: 'a promise is payment, outbox entry and seq together, and survives a restart',
    async run(phone) {
      await enrolled(phone);
      const [payment] = await promised(phone, 1);
      const after = phone.restart();
      expectEqual(plain(await after.store.readPayment(demand(payment).id)), payment);
      expectEqual(await after.store.readOutbox(), [outboxEntryOf(demand(payment))]);
      expectEqual((await after.store.readWallet())?.lastSeq, 1);
      after.close();
    },
  },
  {
    name: 'the same promise again is accepted and changes nothing',
    async run(phone) {
      await enrolled(phone);
      const [payment] = await promised(phone, 2);
      expectEqual(codeOf(await phone.store.promise(demand(payment))), 'ok');
      expectEqual((await phone.store.readOutbox()).length, 2);
      expectEqual((await phone.store.readWallet())?.lastSeq, 2);
    },
  },
  {
    name: 'of two tabs with the same seq, one promises and the other is refused',
    async run(phone) {
      await enrolled(phone);
      const other = phone.tab();
      const outcomes = await Promise.all([
        phone.store.promise(samplePayment(1)),
        other.store.promise(
          samplePayment(1, { nonce: filled(16, 9), requestDigest: filled(8, 9) }),
        ),
      ]);
      expectEqual(outcomes.map(codeOf).sort(), ['ok', 'sequence_taken']);
      expectEqual((await phone.store.readOutbox()).length, 1);
      other.database.close();
    },
  },
  {
    name: 'a seq that is not the next one is refused, and so is another device’s order',
    async run(phone) {
      await enrolled(phone);
      expectEqual(codeOf(await phone.store.promise(samplePayment(2))), 'sequence_taken');
      expectEqual(
        codeOf(await phone.store.promise(samplePayment(1, { device: 2 }))),
        'sequence_taken',
      );
    },
  },
  {
    name: 'a request for one sale is promised once, until that is refused',
    async run(phone) {
      await enrolled(phone);
      const digest = { requestDigest: filled(8, 5) };
      const first = samplePayment(1, digest);
      expectEqual(codeOf(await phone.store.promise(first)), 'ok');
      expectEqual(codeOf(await phone.store.promise(samplePayment(2, digest))), 'already_paying');
      const refused = sampleReceipt(first, { verdict: 'refused' });
      await phone.store.settle(first.id, refused.receipt, refused.bytes);
      expectEqual(codeOf(await phone.store.promise(samplePayment(2, digest))), 'ok');
    },
  },
  {
    name: 'a printed code is promised as often as it is paid',
    async run(phone) {
      await enrolled(phone);
      const change = { requestDigest: filled(8, 5), once: false };
      expectEqual(codeOf(await phone.store.promise(samplePayment(1, change))), 'ok');
      expectEqual(codeOf(await phone.store.promise(samplePayment(2, change))), 'ok');
    },
  },
  {
    name: 'the outbox has an end',
    async run(phone) {
      await enrolled(phone);
      await promised(phone, OUTBOX_ITEMS_MAX);
      const next = samplePayment(OUTBOX_ITEMS_MAX + 1);
      expectEqual(codeOf(await phone.store.promise(next)), 'outbox_full');
      expectEqual((await phone.store.readWallet())?.lastSeq, OUTBOX_ITEMS_MAX);
    },
  },
];

const SETTLING: ContractCase[] = [
  {
    name: 'the outbox is read in seq order, whatever the ids',
    async run(phone) {
      await enrolled(phone);
      const made = await promised(phone, 12);
      expectEqual(ids(await phone.store.readOutbox()), ids(made));
    },
  },
  {
    name: 'a receipt moves a payment out of the outbox in one step',
    async run(phone) {
      await enrolled(phone);
      const [first, second] = await promised(phone, 2);
      const accepted = await settled(phone, demand(first));
      expectEqual(plain(await phone.store.readPayment(accepted.id)), accepted);
      expectEqual(ids(await phone.store.readOutbox()), [demand(second).id]);
    },
  },
  {
    name: 'the same receipt twice is known, another verdict is kept as evidence',
    async run(phone) {
      await enrolled(phone);
      const [payment] = await promised(phone, 1);
      const accepted = await settled(phone, demand(payment));
      const same = sampleReceipt(accepted);
      expectEqual(await phone.store.settle(accepted.id, same.receipt, same.bytes), 'known');
      const other = sampleReceipt(accepted, { verdict: 'refused' });
      expectEqual(
        await phone.store.settle(accepted.id, other.receipt, other.bytes),
        'contradicted',
      );
      const kept = demand(await phone.store.readPayment(accepted.id));
      expectEqual(
        [kept.state, kept.receipt, kept.contradiction],
        ['accepted', same.bytes, other.bytes],
      );
    },
  },
  {
    name: 'a claim marks what is sent once, and leaves out what is gone',
    async run(phone) {
      await enrolled(phone);
      const [first, second] = await promised(phone, 2);
      await settled(phone, demand(second));
      const wanted = ids([demand(first), demand(second)]);
      const claimed = await phone.store.claim(wanted, NOW_MS);
      expectEqual(claimed, [{ ...outboxEntryOf(demand(first)), sentAtMs: NOW_MS }]);
      await phone.store.claim(wanted, NOW_MS + 5);
      expectEqual((await phone.store.readOutbox())[0]?.sentAtMs, NOW_MS);
    },
  },
  {
    name: 'a promise can be withdrawn until it is claimed',
    async run(phone) {
      await enrolled(phone);
      const [first, second] = await promised(phone, 2);
      expectEqual(codeOf(await phone.store.cancel(demand(first).id)), 'ok');
      expectEqual(codeOf(await phone.store.cancel(demand(first).id)), 'ok');
      await phone.store.claim([demand(second).id], NOW_MS);
      expectEqual(codeOf(await phone.store.cancel(demand(second).id)), 'cancel_too_late');
      expectEqual(codeOf(await phone.store.cancel('nothing')), 'not_found');
      expectEqual((await phone.store.readPayment(demand(first).id))?.state, 'cancelled');
      expectEqual(ids(await phone.store.readOutbox()), [demand(second).id]);
      expectEqual((await phone.store.readWallet())?.lastSeq, 2, 'a seq is never used again');
    },
  },
  {
    name: 'quarantine keeps its first moment and its last, and the entry',
    async run(phone) {
      await enrolled(phone);
      const [payment] = await promised(phone, 1);
      const { id } = demand(payment);
      await phone.store.quarantine(id, 'device_unknown', NOW_MS);
      await phone.store.quarantine(id, 'payer_unknown', NOW_MS + 9);
      const [entry] = await phone.store.readOutbox();
      expectEqual(entry?.quarantine, {
        code: 'payer_unknown',
        sinceMs: NOW_MS,
        offeredAtMs: NOW_MS + 9,
      });
      await phone.store.quarantine('nothing', 'payer_unknown', NOW_MS);
      expectEqual((await phone.store.readStory(id))?.entry?.id, id);
    },
  },
];

const READING: ContractCase[] = [
  {
    name: 'payments are read newest first, a page at a time, none twice and none left out',
    async run(phone) {
      await enrolled(phone);
      const made = (await promised(phone, 9)).reverse();
      const first = await phone.store.readPayments(4);
      const second = await phone.store.readPayments(4, first[3]);
      const third = await phone.store.readPayments(4, second[3]);
      expectEqual(ids([...first, ...second, ...third]), ids(made));
    },
  },
  {
    name: 'the first screen is read at once: newest payments, what waits, what is promised by currency',
    async run(phone) {
      await enrolled(phone);
      const made = await promised(phone, 3);
      await phone.store.promise(samplePayment(4, { amountMinor: 700n, currency: JPY }));
      await settled(phone, demand(made[0]));
      const home = await phone.store.readHome(2);
      expectEqual(home.wallet, { ...WALLET, lastSeq: 4 });
      expectEqual(
        home.recent.map(({ seq }) => seq),
        [4, 3],
      );
      expectEqual(
        home.waiting.map(({ seq }) => seq),
        [2, 3, 4],
      );
      expectEqual([home.promisedMinor.get(EUR), home.promisedMinor.get(JPY)], [2500n, 700n]);
    },
  },
  {
    name: 'paying reads the promises and the payments of the same request',
    async run(phone) {
      const same = { requestDigest: filled(8, 5), once: false };
      expectEqual(codeOf(await phone.store.readPaying('x')), 'no_account');
      await enrolled(phone);
      expectEqual(codeOf(await phone.store.readPaying('x')), 'unavailable');
      await phone.store.writeIdentity(IDENTITY);
      const first = samplePayment(1, same);
      await phone.store.promise(first);
      await phone.store.promise(samplePayment(2));
      await phone.store.promise(samplePayment(3, same));
      await settled(phone, first);
      const paying = await phone.store.readPaying(first.requestDigest);
      if (!paying.ok) throw new Error(paying.refusal.code);
      expectEqual(
        paying.value.promised.map(({ seq }) => seq),
        [2, 3],
      );
      expectEqual(
        paying.value.sameRequest.map(({ seq }) => seq),
        [3, 1],
      );
      expectEqual(paying.value.identity, IDENTITY);
    },
  },
  {
    name: 'settings, draft, payees and identity come back as they were written',
    async run({ store }) {
      const draft = { requestText: '000201', amountMinor: 5n, savedAtMs: NOW_MS };
      await store.writeDraft(draft);
      expectEqual(await store.readDraft(), draft);
      await store.writeDraft(undefined);
      expectEqual(await store.readDraft(), undefined);
      await store.writeSettings({ language: 'ar', theme: 'dark' });
      expectEqual(await store.readSettings(), { language: 'ar', theme: 'dark' });
      const profile = profileOf(PAYEE_ID, 'Café Bento');
      await store.writePayee(profile, NOW_MS);
      expectEqual(await store.readPayee(profile.account), { profile, readAtMs: NOW_MS });
      await store.writeIdentity(IDENTITY);
      expectEqual(await store.readIdentity(), IDENTITY);
    },
  },
];

function entryOf(version: number, change: Partial<StatementEntry> = {}): StatementEntry {
  return {
    version,
    currency: EUR,
    amountMinor: 1000n,
    balanceMinor: 1000n * BigInt(version),
    kind: 'payment',
    counterparty: 'X',
    counterpartyName: 'Ana',
    postedAtMs: NOW_MS + version,
    paymentId: `payment-${version}`,
    ...change,
  };
}

const REQUEST: ShownRequest = {
  digest: 'DDDDDDDDDDA',
  text: '000201',
  amountMinor: 1000n,
  currency: EUR,
  shownAtMs: NOW_MS,
  validUntilS: NOW_MS / 1000 + 900,
};

const RECEIVING: ContractCase[] = [
  {
    name: 'statement entries are kept once each, newest first, with the cursor that read them',
    async run(phone) {
      expectEqual(await phone.store.readEntriesVersion(), 0);
      await phone.store.writeEntries([entryOf(1), entryOf(2), entryOf(3)], 3);
      await phone.store.writeEntries([entryOf(3), entryOf(4)], 4);
      await phone.store.writeEntries([], 2);
      const after = phone.restart();
      expectEqual(await after.store.readEntriesVersion(), 4);
      const first = await after.store.readEntries(3);
      expectEqual(
        first.map(({ version }) => version),
        [4, 3, 2],
      );
      expectEqual(
        (await after.store.readEntries(3, 2)).map(({ version }) => version),
        [1],
      );
      after.close();
    },
  },
  {
    name: 'an entry that pays a request marks it in the same transaction, once',
    async run({ store }) {
      await store.writeRequest(REQUEST);
      await store.writeRequest({ ...REQUEST, shownAtMs: NOW_MS + 60_000 });
      const paying = entryOf(7, { requestDigest: REQUEST.digest });
      const paid = await store.writeEntries([entryOf(6), paying], 7);
      expectEqual(
        paid.map(({ digest }) => digest),
        [REQUEST.digest],
      );
      expectEqual((await store.readRequest(REQUEST.digest))?.paid?.paymentId, 'payment-7');
      expectEqual(
        await store.writeEntries([paying, entryOf(8, { requestDigest: REQUEST.digest })], 8),
        [],
      );
      const [kept] = await store.readRequests(10);
      expectEqual([kept?.shownAtMs, kept?.paid?.paymentId], [NOW_MS, 'payment-7']);
    },
  },
];

const WALLETS: ContractCase[] = [
  {
    name: 'another account cannot move in while payments wait; the same one may return',
    async run(phone) {
      await enrolled(phone);
      const [payment] = await promised(phone, 1);
      const profile = { ...ACCOUNT.profile, account: profileOf(PAYEE_ID, 'B').account };
      const other = { ...WALLET, account: { ...ACCOUNT, profile } };
      expectEqual(codeOf(await phone.store.writeWallet(other)), 'forbidden');
      expectEqual(codeOf(await phone.store.forgetWallet()), 'forbidden');
      expectEqual(codeOf(await phone.store.writeWallet(WALLET)), 'ok');
      expectEqual((await phone.store.readWallet())?.lastSeq, 1, 'a used seq stays used');
      await settled(phone, demand(payment));
      await phone.store.writeEntries([entryOf(5)], 5);
      expectEqual(codeOf(await phone.store.writeWallet(other)), 'ok');
      expectEqual(
        [await phone.store.readEntriesVersion(), await phone.store.readEntries(9)],
        [0, []],
      );
    },
  },
  {
    name: 'a new device begins at seq 0, and the old device’s promises still wait',
    async run(phone) {
      await enrolled(phone);
      await promised(phone, 2);
      await phone.store.writeWallet({ ...WALLET, device: 2 });
      expectEqual((await phone.store.readWallet())?.lastSeq, 0);
      const again = samplePayment(1, {
        device: 2,
        nonce: filled(16, 3),
        requestDigest: filled(8, 3),
      });
      expectEqual(codeOf(await phone.store.promise(again)), 'ok');
      expectEqual((await phone.store.readOutbox()).length, 3);
    },
  },
  {
    name: 'balance and abilities are changed without touching the seq',
    async run(phone) {
      await enrolled(phone);
      await promised(phone, 1);
      await phone.store.writeAccount({ ...ACCOUNT, version: 9 }, NOW_MS + 1);
      await phone.store.writeCanPayOffline('unknown');
      const wallet = demand(await phone.store.readWallet());
      expectEqual(
        [wallet.account.version, wallet.accountReadAtMs, wallet.canPayOffline, wallet.lastSeq],
        [9, NOW_MS + 1, 'unknown', 1],
      );
    },
  },
  {
    name: 'forgetting the wallet keeps payments and receipts',
    async run(phone) {
      await enrolled(phone);
      const [payment] = await promised(phone, 1);
      await settled(phone, demand(payment));
      expectEqual(codeOf(await phone.store.forgetWallet()), 'ok');
      expectEqual(await phone.store.readWallet(), undefined);
      expectEqual((await phone.store.readPayments(5)).length, 1);
    },
  },
];

const DAMAGE: ContractCase[] = [
  {
    name: 'a damaged payment is left out, reported whole, and kept',
    async run(phone) {
      await enrolled(phone);
      await promised(phone, 1);
      const raw = { id: 'torn', state: 'promised', newest: [-NOW_MS * 2, -1], amountMinor: 12.5 };
      await phone.damage('payments', raw);
      expectEqual((await phone.store.readPayments(9)).length, 1);
      expectEqual((await phone.store.readHome(9)).damaged, 1);
      expectEqual(await phone.store.readDamaged(), [{ store: 'payments', key: 'torn', raw }]);
      expectEqual(await phone.raw('payments', 'torn'), raw);
    },
  },
  {
    name: 'a damaged outbox entry is made anew from its payment and counts as sent',
    async run(phone) {
      await enrolled(phone);
      const [payment] = await promised(phone, 1);
      const { id } = demand(payment);
      await phone.damage('outbox', { id, authorization: 'not bytes' });
      const [entry] = await phone.store.readOutbox();
      expectEqual(entry, { ...outboxEntryOf(demand(payment)), sentAtMs: 0 });
      expectEqual(codeOf(await phone.store.cancel(id)), 'cancel_too_late');
      expectEqual(
        (await phone.store.readDamaged()).map(({ store }) => store),
        ['outbox'],
      );
      await settled(phone, demand(payment));
      expectEqual(await phone.store.readOutbox(), []);
    },
  },
  {
    name: 'a receipt for a damaged payment is stored beside what is left of it',
    async run(phone) {
      await enrolled(phone);
      const [payment] = await promised(phone, 1);
      const { id } = demand(payment);
      await phone.damage('payments', { id, note: 'all that is left' });
      const { receipt, bytes } = sampleReceipt(demand(payment));
      expectEqual(await phone.store.settle(id, receipt, bytes), 'settled');
      expectEqual(await phone.raw('payments', id), {
        id,
        note: 'all that is left',
        state: 'accepted',
        settledAtMs: receipt.settledAtS * 1000,
        receipt: bytes,
      });
      expectEqual(await phone.store.readOutbox(), []);
    },
  },
  {
    name: 'a damaged wallet is unreadable, never "no wallet", and nothing can be promised on it',
    async run(phone) {
      await phone.damage('meta', { device: 'one' }, 'wallet');
      expectEqual(await faultOf(phone.store.readWallet()), 'store_unreadable');
      expectEqual(await faultOf(phone.store.readHome(5)), 'store_unreadable');
      expectEqual(codeOf(await phone.store.promise(samplePayment(1))), 'store_unreadable');
      expectEqual(await phone.raw('meta', 'wallet'), { device: 'one' });
      expectEqual(
        (await phone.store.readDamaged()).map(({ key }) => key),
        ['wallet'],
      );
    },
  },
  {
    name: 'a damaged seq is unreadable: no number is used that might have been used',
    async run(phone) {
      await enrolled(phone);
      await phone.damage('meta', { device: 1, seq: Number.NaN }, 'lastSeq');
      expectEqual(codeOf(await phone.store.promise(samplePayment(1))), 'store_unreadable');
    },
  },
  {
    name: 'a damaged cursor means reading the statement again, not skipping',
    async run(phone) {
      await phone.damage('meta', 'seven', 'entriesVersion');
      expectEqual(await phone.store.readEntriesVersion(), 0);
    },
  },
];

export const STORE_CONTRACT: readonly ContractCase[] = [
  ...PROMISING,
  ...SETTLING,
  ...READING,
  ...RECEIVING,
  ...WALLETS,
  ...DAMAGE,
];
