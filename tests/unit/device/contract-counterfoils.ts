// The storage's contract for counterfoils: taken, carried, settled.

import { carriedEntryOf, OUTBOX_ITEMS_MAX, type ShownRequest } from '#wallet/records.ts';
import {
  EUR,
  filled,
  NOW_MS,
  PAYEE_ID,
  profileOf,
  samplePayment,
  sampleReceipt,
  sampleTaken,
  WALLET,
} from '../wallet/samples.ts';
import { type ContractCase, enrolled, ids, type Phone } from './contract-phone.ts';
import { codeOf, demand, expectEqual } from './expectations.ts';

export const TAKEN = sampleTaken(1);

/** What it answers. */
export const REQUEST: ShownRequest = {
  digest: TAKEN.requestDigest,
  text: '000201',
  amountMinor: 1250n,
  currency: EUR,
  shownAtMs: NOW_MS,
  validUntilS: NOW_MS / 1000 + 900,
};

/** Without the key of its index, which storage adds. */
function bare(record: object | undefined): object {
  const { newest: _key, ...rest } = { newest: 0, ...demand(record) };
  return rest;
}

export async function settleWith(phone: Phone, taken: typeof TAKEN, verdict?: 'refused') {
  const { receipt, bytes } = sampleReceipt(taken, verdict && { verdict });
  return { settled: await phone.store.settle(taken.id, receipt, bytes), receipt, bytes };
}

const CARRYING: ContractCase[] = [
  {
    name: 'a counterfoil is record and carried outbox entry together, and survives a restart',
    async run(phone) {
      await enrolled(phone);
      const outcome = await phone.store.take(TAKEN);
      expectEqual(outcome.ok && outcome.value, TAKEN);
      const after = phone.restart();
      expectEqual(bare(await after.store.readTaken(TAKEN.id)), TAKEN);
      expectEqual(await after.store.readOutbox(), [carriedEntryOf(TAKEN)]);
      const home = await after.store.readHome(9);
      expectEqual([ids(home.taken), ids(home.waiting)], [[TAKEN.id], [TAKEN.id]]);
      expectEqual(
        [home.recent, home.promisedMinor.size],
        [[], 0],
        'it is no payment of this phone',
      );
      expectEqual(await after.store.readPayment(TAKEN.id), undefined);
      expectEqual(codeOf(await after.store.cancel(TAKEN.id)), 'not_found');
      expectEqual((await after.store.readWallet())?.lastSeq, 0);
      after.close();
    },
  },
  {
    name: 'the same counterfoil is taken once, also by two tabs at once',
    async run(phone) {
      const other = phone.tab();
      const both = await Promise.all([phone.store.take(TAKEN), other.store.take(TAKEN)]);
      expectEqual(both.map(codeOf).sort(), ['counterfoil_seen', 'ok']);
      expectEqual((await phone.store.readOutbox()).length, 1);
      other.database.close();
    },
  },
  {
    name: 'a payment of this very phone is not taken as somebody else’s',
    async run(phone) {
      await enrolled(phone);
      const own = samplePayment(1);
      await phone.store.promise(own);
      expectEqual(codeOf(await phone.store.take({ ...TAKEN, id: own.id })), 'counterfoil_seen');
      expectEqual(await phone.store.readTaken(own.id), undefined);
    },
  },
  {
    name: 'a request for one sale takes one counterfoil, until that is refused',
    async run(phone) {
      const { store } = phone;
      const second = sampleTaken(2, { requestDigest: filled(8, 3) });
      const first = sampleTaken(1, { requestDigest: filled(8, 3) });
      expectEqual(codeOf(await store.take(first)), 'ok');
      expectEqual(codeOf(await store.take(second)), 'request_already_paid');
      await settleWith(phone, first, 'refused');
      expectEqual(codeOf(await store.take(second)), 'ok');
      await settleWith(phone, second);
      const third = sampleTaken(3, { requestDigest: filled(8, 3) });
      expectEqual(codeOf(await store.take(third)), 'request_already_paid');
    },
  },
  {
    name: 'a request that the statement paid takes none',
    async run({ store }) {
      const paid = { paymentId: 'other', amountMinor: 1n, tipMinor: 0n, payerName: 'A', atMs: 1 };
      await store.writeRequest({ ...REQUEST, paid: { ...paid, asAsked: true } });
      expectEqual(codeOf(await store.take(TAKEN)), 'request_already_paid');
      expectEqual(await store.readOutbox(), []);
    },
  },
  {
    name: 'a printed code takes as many as come',
    async run({ store }) {
      const change = { requestDigest: filled(8, 3), once: false };
      expectEqual(codeOf(await store.take(sampleTaken(1, change))), 'ok');
      expectEqual(codeOf(await store.take(sampleTaken(2, change))), 'ok');
    },
  },
  {
    name: 'counterfoils take no place from this phone’s own promises',
    async run(phone) {
      await enrolled(phone);
      for (let seq = 1; seq <= OUTBOX_ITEMS_MAX; seq++) await phone.store.take(sampleTaken(seq));
      expectEqual(codeOf(await phone.store.promise(samplePayment(1))), 'ok');
      expectEqual((await phone.store.readOutbox()).length, OUTBOX_ITEMS_MAX + 1);
    },
  },
  {
    name: 'a wallet is not left while counterfoils wait',
    async run(phone) {
      await enrolled(phone);
      await phone.store.take(TAKEN);
      expectEqual(codeOf(await phone.store.forgetWallet()), 'forbidden');
    },
  },
  {
    name: 'a promise that nobody guarantees and the server will not judge keeps nobody in a wallet',
    async run(phone) {
      const { store } = phone;
      await enrolled(phone);
      const { allowance: _none, ...bare } = sampleTaken(2, {}, { guaranteed: false });
      await store.take(TAKEN);
      await store.take({ ...bare, doubt: 'not_guaranteed' });
      await store.quarantine(TAKEN.id, 'payer_unknown', NOW_MS);
      await store.quarantine(bare.id, 'payer_unknown', NOW_MS);
      expectEqual(codeOf(await store.forgetWallet()), 'forbidden', 'a guaranteed one');
      await settleWith(phone, TAKEN);
      expectEqual(codeOf(await store.forgetWallet()), 'ok');
      expectEqual(ids(await store.readOutbox()), [bare.id], 'and is offered on');
      const profile = profileOf(PAYEE_ID, 'B');
      expectEqual(codeOf(await store.writeWallet(WALLET)), 'ok');
      const other = { ...WALLET, account: { ...WALLET.account, profile } };
      expectEqual(codeOf(await store.writeWallet(other)), 'ok');
      await phone.damage('outbox', { id: 'torn', carried: true });
      expectEqual(codeOf(await store.forgetWallet()), 'forbidden', 'one that cannot be read');
    },
  },
  {
    name: 'counterfoils are read newest first, a page at a time',
    async run({ store }) {
      for (let seq = 1; seq <= 5; seq++) await store.take(sampleTaken(seq));
      const first = await store.readTakenList(3);
      const second = await store.readTakenList(3, first[2]);
      expectEqual(
        [...first, ...second].map(({ seq }) => seq),
        [5, 4, 3, 2, 1],
      );
    },
  },
  {
    name: 'what was lost comes back as one that was sent, once',
    async run({ store }) {
      expectEqual(await store.restoreTaken(TAKEN), true);
      expectEqual(await store.restoreTaken(TAKEN), false);
      expectEqual(await store.readOutbox(), [{ ...carriedEntryOf(TAKEN), sentAtMs: 0 }]);
    },
  },
];

const ENDING: ContractCase[] = [
  {
    name: 'a receipt ends a counterfoil where it is kept, and pays its request in the same step',
    async run(phone) {
      const { store } = phone;
      await store.writeRequest(REQUEST);
      await store.take(TAKEN);
      const { settled, receipt, bytes } = await settleWith(phone, TAKEN);
      expectEqual(settled, 'settled');
      const atMs = receipt.settledAtS * 1000;
      expectEqual(bare(await store.readTaken(TAKEN.id)), {
        ...TAKEN,
        state: 'accepted',
        settledAtMs: atMs,
        receipt: bytes,
      });
      expectEqual(await store.readOutbox(), []);
      expectEqual(await store.readPayment(TAKEN.id), undefined);
      const paid = { paymentId: TAKEN.id, amountMinor: 1250n, tipMinor: 0n, payerName: '', atMs };
      expectEqual((await store.readRequest(REQUEST.digest))?.paid, { ...paid, asAsked: true });
      expectEqual((await store.readHome(1)).taken, []);
    },
  },
  {
    name: 'less than was asked does not pass for paid as asked',
    async run(phone) {
      await phone.store.writeRequest({ ...REQUEST, amountMinor: 1251n });
      await phone.store.take(TAKEN);
      await settleWith(phone, TAKEN);
      expectEqual((await phone.store.readRequest(REQUEST.digest))?.paid?.asAsked, false);
    },
  },
  {
    name: 'a cent for its request, meanwhile, does not keep it from being paid as asked',
    async run({ store, ...phone }) {
      const paid = { paymentId: 'cent', amountMinor: 1n, tipMinor: 0n, payerName: 'A', atMs: 1 };
      await store.take(TAKEN);
      await store.writeRequest({ ...REQUEST, paid: { ...paid, asAsked: false } });
      await settleWith({ store, ...phone }, TAKEN);
      const request = await store.readRequest(REQUEST.digest);
      expectEqual([request?.paid?.paymentId, request?.paid?.asAsked], [TAKEN.id, true]);
    },
  },
  {
    name: 'a refused counterfoil leaves its request unpaid',
    async run(phone) {
      await phone.store.writeRequest(REQUEST);
      await phone.store.take(TAKEN);
      await settleWith(phone, TAKEN, 'refused');
      const kept = await phone.store.readTaken(TAKEN.id);
      expectEqual([kept?.state, kept?.code], ['refused', 'insufficient_funds']);
      expectEqual((await phone.store.readRequest(REQUEST.digest))?.paid, undefined);
      expectEqual(await phone.store.readOutbox(), []);
    },
  },
  {
    name: 'a printed code is never paid',
    async run(phone) {
      const { validUntilS: _end, ...request } = REQUEST;
      await phone.store.writeRequest({ ...request, validUntilS: 0xffffffffff, printed: true });
      await phone.store.take(TAKEN);
      await settleWith(phone, TAKEN);
      expectEqual((await phone.store.readRequest(REQUEST.digest))?.paid, undefined);
    },
  },
  {
    name: 'the same receipt of a counterfoil twice is known, another verdict is kept as evidence',
    async run(phone) {
      await phone.store.take(TAKEN);
      const first = await settleWith(phone, TAKEN);
      expectEqual((await settleWith(phone, TAKEN)).settled, 'known');
      const other = await settleWith(phone, TAKEN, 'refused');
      expectEqual(other.settled, 'contradicted');
      const kept = await phone.store.readTaken(TAKEN.id);
      expectEqual(
        [kept?.state, kept?.receipt, kept?.contradiction],
        ['accepted', first.bytes, other.bytes],
      );
    },
  },
  {
    name: 'the statement brings the payer’s name later, and is news once',
    async run(phone) {
      const { store } = phone;
      await store.writeRequest(REQUEST);
      await store.take(TAKEN);
      await settleWith(phone, TAKEN);
      const entry = {
        version: 1,
        currency: EUR,
        amountMinor: 1250n,
        balanceMinor: 1250n,
        kind: 'payment' as const,
        counterparty: TAKEN.payer,
        counterpartyName: 'Ana',
        postedAtMs: NOW_MS,
        paymentId: TAKEN.id,
        requestDigest: TAKEN.requestDigest,
      };
      expectEqual(await store.writeEntries([entry], 1), []);
      expectEqual((await store.readRequest(REQUEST.digest))?.paid?.payerName, 'Ana');
      await store.writeEntries([{ ...entry, version: 2, counterpartyName: 'Eve' }], 2);
      expectEqual((await store.readRequest(REQUEST.digest))?.paid?.payerName, 'Ana');
    },
  },
  {
    name: 'a claim and a quarantine keep a counterfoil what it is',
    async run({ store }) {
      await store.take(TAKEN);
      const [claimed] = await store.claim([TAKEN.id], NOW_MS);
      expectEqual(claimed, { ...carriedEntryOf(TAKEN), sentAtMs: NOW_MS });
      await store.quarantine(TAKEN.id, 'payer_unknown', NOW_MS + 1);
      const quarantine = { code: 'payer_unknown', sinceMs: NOW_MS + 1, offeredAtMs: NOW_MS + 1 };
      expectEqual(await store.readOutbox(), [{ ...demand(claimed), quarantine }]);
      expectEqual((await store.readTaken(TAKEN.id))?.state, 'taken');
    },
  },
];

export const COUNTERFOILS: readonly ContractCase[] = [...CARRYING, ...ENDING];
