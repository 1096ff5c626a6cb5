// The storage's contract for judging a counterfoil: what it is held against, and what damage does to that.

import { toBase64url } from '#protocol/bytes.ts';
import type { TakingKeys } from '#wallet/offline-records.ts';
import { carriedEntryOf } from '#wallet/records.ts';
import { filled, IDENTITY, NOW_MS, sampleTaken, WALLET } from '../wallet/samples.ts';
import { REQUEST, settleWith, TAKEN } from './contract-counterfoils.ts';
import { type ContractCase, enrolled, ids, type Phone } from './contract-phone.ts';
import { codeOf, expectEqual, faultOf } from './expectations.ts';

const keysOf = (taken: typeof TAKEN, change: Partial<TakingKeys> = {}): TakingKeys => {
  const { id, requestDigest, once, payer, device, seq } = taken;
  const allowance = taken.allowance === undefined ? {} : { allowance: taken.allowance };
  return { id, requestDigest, once, payer, device, seq, ...allowance, ...change };
};

async function taking(phone: Phone, keys: TakingKeys) {
  const view = await phone.store.readTaking(keys);
  if (!view.ok) throw new Error(view.refusal.code);
  return view.value;
}

export const TAKINGS: readonly ContractCase[] = [
  {
    name: 'a counterfoil is judged by this phone’s request and all that was taken before it',
    async run(phone) {
      const keys = keysOf(TAKEN);
      expectEqual(codeOf(await phone.store.readTaking(keys)), 'no_account');
      await enrolled(phone);
      expectEqual(codeOf(await phone.store.readTaking(keys)), 'unavailable');
      await phone.store.writeIdentity(IDENTITY, NOW_MS);
      await phone.store.writeRequest(REQUEST);
      const none = await taking(phone, keys);
      expectEqual([none.wallet, none.identity.readAtMs, none.known], [WALLET, NOW_MS, false]);
      expectEqual(none.request?.digest, REQUEST.digest);
      expectEqual([none.sameRequest, none.sameAllowance, none.sameSeq], [[], [], []]);

      await phone.store.take(TAKEN);
      const printed = { once: false, requestDigest: filled(8, 9) };
      const elsewhere = sampleTaken(2, printed, { allowance: toBase64url(filled(8, 1)) });
      await phone.store.take(elsewhere);
      const again = await taking(phone, keys);
      expectEqual(
        [again.known, ids(again.sameRequest), ids(again.sameAllowance), ids(again.sameSeq)],
        [true, [TAKEN.id], [TAKEN.id], [TAKEN.id]],
      );
      const twin = await taking(phone, keysOf(elsewhere, { id: 'another', allowance: 'none' }));
      expectEqual(
        [twin.known, ids(twin.sameRequest), ids(twin.sameAllowance), ids(twin.sameSeq)],
        [false, [], [], [elsewhere.id]],
        'a printed code is paid any number of times',
      );
    },
  },
  {
    name: 'a damaged counterfoil of a printed code keeps no other from being taken',
    async run(phone) {
      const printed = { once: false, requestDigest: filled(8, 9) };
      const [first, second] = [sampleTaken(1, printed), sampleTaken(2, printed)];
      const elsewhere = toBase64url(filled(8, 1));
      await phone.store.take({ ...first, allowance: elsewhere });
      const raw = { ...Object(await phone.raw('counterfoils', first.id)), amountMinor: 12.5 };
      await phone.damage('counterfoils', raw);
      expectEqual(codeOf(await phone.store.take(second)), 'ok');
    },
  },
  {
    name: 'a damaged counterfoil is reported and kept, and what it might answer is unreadable',
    async run(phone) {
      await enrolled(phone);
      await phone.store.writeIdentity(IDENTITY, NOW_MS);
      await phone.store.take(TAKEN);
      const stored = await phone.raw('counterfoils', TAKEN.id);
      const raw = { ...Object(stored), amountMinor: 12.5 };
      await phone.damage('counterfoils', raw);
      expectEqual(await phone.store.readTaken(TAKEN.id), undefined);
      expectEqual(await phone.store.readTakenList(9), []);
      expectEqual(await phone.store.readDamaged(), [{ store: 'counterfoils', key: TAKEN.id, raw }]);
      const other = sampleTaken(2, { requestDigest: filled(8, 77) });
      const same = keysOf(other, { requestDigest: TAKEN.requestDigest });
      expectEqual(codeOf(await phone.store.readTaking(same)), 'store_unreadable');
      const second = { ...other, requestDigest: TAKEN.requestDigest };
      expectEqual(codeOf(await phone.store.take(second)), 'store_unreadable');
    },
  },
  {
    name: 'a receipt for a damaged counterfoil is stored beside what is left of it',
    async run(phone) {
      await phone.store.writeRequest(REQUEST);
      await phone.store.take(TAKEN);
      const { requestDigest } = TAKEN;
      const left = { id: TAKEN.id, requestDigest, note: 'all that is left' };
      await phone.damage('counterfoils', left);
      const { settled, receipt, bytes } = await settleWith(phone, TAKEN);
      expectEqual(settled, 'settled');
      expectEqual(await phone.raw('counterfoils', TAKEN.id), {
        ...left,
        state: 'accepted',
        settledAtMs: receipt.settledAtS * 1000,
        receipt: bytes,
      });
      expectEqual(await phone.store.readPayment(TAKEN.id), undefined);
      // How much came is not known here; the statement will say.
      expectEqual((await phone.store.readRequest(requestDigest))?.paid, undefined);
    },
  },
  {
    name: 'a damaged outbox entry of a counterfoil is made anew from it and counts as sent',
    async run(phone) {
      await phone.store.take(TAKEN);
      await phone.damage('outbox', { id: TAKEN.id, authorization: 'not bytes' });
      expectEqual(await phone.store.readOutbox(), [{ ...carriedEntryOf(TAKEN), sentAtMs: 0 }]);
      await settleWith(phone, TAKEN);
      expectEqual(await phone.store.readOutbox(), []);
      expectEqual(await faultOf(phone.store.readOutbox()), 'no fault');
    },
  },
];
