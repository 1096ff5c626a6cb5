// The storage's contract for payments: promised, settled, read.

import type { Payment } from '#wallet/payment.ts';
import { OUTBOX_ITEMS_MAX, outboxEntryOf } from '#wallet/records.ts';
import {
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
import { type ContractCase, enrolled, ids, plain, promised, settled } from './contract-phone.ts';
import { codeOf, demand, expectEqual } from './expectations.ts';

export const PROMISING: ContractCase[] = [
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

export const SETTLING: ContractCase[] = [
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
    name: 'what is handed over counts as sent, and only that as shown, from its first time on',
    async run(phone) {
      await enrolled(phone);
      const [first, second, third] = await promised(phone, 3);
      await settled(phone, demand(third));
      await phone.store.claim([demand(first).id], NOW_MS);
      const handOver = (payment: Payment | undefined, atMs: number) =>
        phone.store.handOver(demand(payment).id, atMs);
      expectEqual(await handOver(second, NOW_MS + 1), true);
      expectEqual(await handOver(second, NOW_MS + 2), true);
      expectEqual(await handOver(third, NOW_MS), false, 'it is settled');
      const at = NOW_MS + 1;
      const times = async () =>
        (await phone.store.readOutbox()).map(({ sentAtMs, shownAtMs }) => [sentAtMs, shownAtMs]);
      expectEqual(await times(), [
        [NOW_MS, undefined],
        [at, at],
      ]);
      await handOver(first, NOW_MS + 9);
      expectEqual((await times())[0], [NOW_MS, NOW_MS + 9]);
      expectEqual(codeOf(await phone.store.cancel(demand(second).id)), 'cancel_too_late');
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

export const READING: ContractCase[] = [
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
      expectEqual([home.wallet?.device, home.wallet?.lastSeq], [WALLET.device, 4]);
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
      await phone.store.writeIdentity(IDENTITY, NOW_MS);
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
      expectEqual(paying.value.identity, { ...IDENTITY, readAtMs: NOW_MS });
      expectEqual(paying.value.purses, []);
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
      await store.writeIdentity(IDENTITY, NOW_MS);
      expectEqual(await store.readIdentity(), { ...IDENTITY, readAtMs: NOW_MS });
    },
  },
];
