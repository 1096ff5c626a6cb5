// What every storage of the wallet must do, as cases that run on fake-indexeddb and in a real Chromium.

import type { StatementEntry } from '#protocol/wire.ts';
import { outboxEntryOf, type ShownRequest } from '#wallet/records.ts';
import {
  ACCOUNT,
  EUR,
  filled,
  NOW_MS,
  PAYEE_ID,
  profileOf,
  samplePayment,
  sampleReceipt,
  WALLET,
} from '../wallet/samples.ts';
import { COUNTERFOILS } from './contract-counterfoils.ts';
import { FORGOTTEN } from './contract-forgotten.ts';
import { PROMISING, READING, SETTLING } from './contract-payments.ts';
import { type ContractCase, enrolled, promised, settled } from './contract-phone.ts';
import { PURSES } from './contract-purses.ts';
import { SPENDING } from './contract-spending.ts';
import { TAKINGS } from './contract-takings.ts';
import { codeOf, demand, expectEqual, faultOf } from './expectations.ts';

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
    name: 'a statement of a newer epoch begins anew, and one that was overtaken says nothing',
    async run(phone) {
      const { store } = phone;
      await store.writeEntries([entryOf(1), entryOf(2)], 2);
      expectEqual(await store.followEpoch(1), 'same');
      expectEqual(await store.readEntriesVersion(), 2);
      expectEqual(await store.followEpoch(7), 'newer');
      expectEqual(await store.readEntriesVersion(), 0);
      expectEqual(await store.readEntries(9), []);
      // Another tab had asked before, in the old epoch or from where the old cursor stood.
      await store.writeEntries([entryOf(1)], 1, { epoch: 1, after: 0 });
      await store.writeEntries([entryOf(3)], 3, { epoch: 7, after: 2 });
      expectEqual([await store.readEntriesVersion(), await store.readEntries(9)], [0, []]);
      await store.writeEntries([entryOf(1)], 1, { epoch: 7, after: 0 });
      const after = phone.restart();
      expectEqual(await after.store.followEpoch(1), 'older');
      expectEqual(await after.store.followEpoch(7), 'same');
      expectEqual(await after.store.readEntriesVersion(), 1);
      after.close();
    },
  },
  {
    name: 'a request that was paid by less is paid by what was asked, when that comes',
    async run({ store }) {
      await store.writeRequest(REQUEST);
      const cent = entryOf(6, { requestDigest: REQUEST.digest, amountMinor: 1n });
      const whole = entryOf(7, { requestDigest: REQUEST.digest });
      expectEqual((await store.writeEntries([cent], 6))[0]?.paid?.asAsked, false);
      const paid = await store.writeEntries([whole], 7);
      expectEqual([paid[0]?.paid?.paymentId, paid[0]?.paid?.asAsked], ['payment-7', true]);
      await store.writeEntries([{ ...cent, version: 8, paymentId: 'payment-8' }], 8);
      expectEqual((await store.readRequest(REQUEST.digest))?.paid?.paymentId, 'payment-7');
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
    name: 'an answer about another account changes nothing',
    async run(phone) {
      await enrolled(phone);
      const profile = profileOf(PAYEE_ID, 'B');
      await phone.store.writeAccount({ ...ACCOUNT, profile, version: 9 }, NOW_MS + 1);
      const wallet = demand(await phone.store.readWallet());
      expectEqual(
        [wallet.account.profile, wallet.account.version],
        [ACCOUNT.profile, ACCOUNT.version],
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
    name: 'a promise that the database lost comes back as one that was sent, and its seq stays used',
    async run(phone) {
      await enrolled(phone);
      const lost = samplePayment(3);
      expectEqual(await phone.store.restore(lost), true);
      expectEqual(await phone.store.restore(lost), false, 'twice');
      expectEqual(await phone.store.readOutbox(), [{ ...outboxEntryOf(lost), sentAtMs: 0 }]);
      expectEqual(codeOf(await phone.store.cancel(lost.id)), 'cancel_too_late');
      expectEqual((await phone.store.readWallet())?.lastSeq, 3);
      const accepted = await settled(phone, lost);
      expectEqual(await phone.store.restore(lost), false, 'after its receipt');
      expectEqual((await phone.store.readPayment(accepted.id))?.state, 'accepted');
    },
  },
  {
    name: 'a promise comes back also where the wallet itself is lost',
    async run(phone) {
      expectEqual(await phone.store.restore(samplePayment(3)), true);
      expectEqual((await phone.store.readOutbox()).length, 1);
      expectEqual(await phone.store.readWallet(), undefined);
    },
  },
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
  ...FORGOTTEN,
  ...SPENDING,
  ...READING,
  ...RECEIVING,
  ...WALLETS,
  ...DAMAGE,
  ...PURSES,
  ...COUNTERFOILS,
  ...TAKINGS,
];
