// The storage's contract for what is set aside: purses, and the promises that draw on them.

import { coverFault, decodeAllowance } from '#protocol/allowance.ts';
import { decodeAuthorization } from '#protocol/authorization.ts';
import { toBase64url } from '#protocol/bytes.ts';
import {
  ACCOUNT,
  coveredPayment,
  EUR,
  filled,
  IDENTITY,
  JPY,
  NOW_MS,
  PAYEE_ID,
  profileOf,
  sampleGrant,
  samplePayment,
  WALLET,
} from '../wallet/samples.ts';
import { type ContractCase, enrolled, ids, type Phone, settled } from './contract-phone.ts';
import { codeOf, demand, expectEqual } from './expectations.ts';

const GRANT = sampleGrant();
const OTHER_ID = filled(8, 0xa2);

async function granted(phone: Phone): Promise<void> {
  await enrolled(phone);
  await phone.store.writePurseWish(EUR, 50_00n);
  await phone.store.writeGrant(EUR, GRANT);
}

async function spentMinor({ store }: Phone): Promise<bigint | undefined> {
  return (await store.readPurses()).find(({ currency }) => currency === EUR)?.granted?.spentMinor;
}

const KEEPING: ContractCase[] = [
  {
    name: 'a purse keeps what is wanted and what was granted, each apart',
    async run(phone) {
      const { store } = phone;
      expectEqual(await store.readPurses(), []);
      await store.writePurseWish(EUR, 50_00n);
      await store.writePurseWish(JPY, 900n);
      await store.writeGrant(EUR, GRANT);
      const held = { ...GRANT, spentMinor: 0n };
      const yen = { currency: JPY, wantedMinor: 900n };
      expectEqual(await store.readPurses(), [
        yen,
        { currency: EUR, wantedMinor: 50_00n, granted: held },
      ]);
      await store.writePurseWish(EUR, 60_00n);
      await store.writePurseWish(JPY, undefined);
      const after = phone.restart();
      expectEqual(await after.store.readPurses(), [
        { currency: JPY },
        { currency: EUR, wantedMinor: 60_00n, granted: held },
      ]);
      await after.store.dropGrants();
      expectEqual(await after.store.readPurses(), [
        { currency: JPY },
        { currency: EUR, wantedMinor: 60_00n },
      ]);
      after.close();
    },
  },
  {
    name: 'grants are dropped of one currency alone when that is meant',
    async run({ store }) {
      await store.writeGrant(EUR, GRANT);
      await store.writeGrant(JPY, sampleGrant({ currency: JPY }));
      await store.dropGrants(JPY);
      expectEqual(
        (await store.readPurses()).map(({ currency, granted: held }) => [
          currency,
          held?.spentMinor,
        ]),
        [
          [JPY, undefined],
          [EUR, 0n],
        ],
      );
    },
  },
  {
    name: 'of two answers that cross, the grant that the server gave last stays',
    async run({ store }) {
      const later = sampleGrant({ id: OTHER_ID, validFromS: NOW_MS / 1000 + 1 });
      await store.writeGrant(EUR, later);
      await store.writeGrant(EUR, GRANT);
      expectEqual((await store.readPurses())[0]?.granted?.bytes, later.bytes);
    },
  },
  {
    name: 'a grant that is written again, after a lost connection, has what was drawn on it',
    async run(phone) {
      await granted(phone);
      await phone.store.promise(coveredPayment(1, 0n));
      await phone.store.writeGrant(EUR, GRANT);
      expectEqual(await spentMinor(phone), 1250n);
    },
  },
  {
    name: 'what was drawn on the grant before, while the next was asked for, is drawn on the next',
    async run(phone) {
      await granted(phone);
      await phone.store.promise(coveredPayment(1, 0n));
      const asked = (await phone.store.readPurses())[0]?.granted;
      await phone.store.promise(coveredPayment(2, 1250n));
      const next = sampleGrant({ id: OTHER_ID, validFromS: NOW_MS / 1000 + 1 });
      await phone.store.writeGrant(EUR, next, asked);
      expectEqual(await spentMinor(phone), 1250n);
      const later = sampleGrant({ id: filled(8, 0xa3), validFromS: NOW_MS / 1000 + 2 });
      await phone.store.writeGrant(EUR, later, asked);
      expectEqual(await spentMinor(phone), 0n, 'another grant was here when it was asked for');
    },
  },
  {
    name: 'the first screen and the pay screen read the purses too',
    async run(phone) {
      await granted(phone);
      await phone.store.writeIdentity(IDENTITY, NOW_MS);
      const purses = await phone.store.readPurses();
      const paying = await phone.store.readPaying('x');
      expectEqual(paying.ok && paying.value.purses, purses);
      expectEqual((await phone.store.readHome(1)).purses, purses);
    },
  },
  {
    name: 'what was granted to a device or an account ends with it',
    async run(phone) {
      await granted(phone);
      await phone.store.writeWallet({ ...WALLET, canPayOffline: false });
      expectEqual(await spentMinor(phone), 0n, 'the same device');
      await phone.store.writeWallet({ ...WALLET, device: 2 });
      expectEqual(await phone.store.readPurses(), [{ currency: EUR, wantedMinor: 50_00n }]);
      await phone.store.writeGrant(EUR, GRANT);
      const profile = profileOf(PAYEE_ID, 'B');
      await phone.store.writeWallet({ ...WALLET, account: { ...ACCOUNT, profile } });
      expectEqual(await phone.store.readPurses(), []);
      await phone.store.writeGrant(EUR, GRANT);
      await phone.store.forgetWallet();
      expectEqual(await phone.store.readPurses(), []);
    },
  },
];

/** Nothing moved: neither the purse, nor the seq, nor the outbox. */
async function expectUntouched(phone: Phone, spent: bigint | undefined): Promise<void> {
  expectEqual(await spentMinor(phone), spent, 'spent');
  expectEqual((await phone.store.readWallet())?.lastSeq, 0, 'seq');
  expectEqual(await phone.store.readOutbox(), [], 'outbox');
}

const DRAWING: ContractCase[] = [
  {
    name: 'a covered promise moves purse and seq together, and keeps its cover',
    async run(phone) {
      await granted(phone);
      const payment = coveredPayment(1, 0n);
      const outcome = await phone.store.promise(payment);
      expectEqual(outcome.ok && outcome.value, { ...payment, cover: GRANT.bytes });
      const after = phone.restart();
      expectEqual([await spentMinor(after), (await after.store.readWallet())?.lastSeq], [1250n, 1]);
      expectEqual((await after.store.readStory(payment.id))?.payment.cover, GRANT.bytes);
      expectEqual(ids(await after.store.readOutbox()), [payment.id]);
      after.close();
    },
  },
  {
    name: 'an ordinary promise draws nothing',
    async run(phone) {
      await granted(phone);
      expectEqual(codeOf(await phone.store.promise(samplePayment(1))), 'ok');
      expectEqual(await spentMinor(phone), 0n);
    },
  },
  {
    name: 'the same covered promise again is accepted and draws once',
    async run(phone) {
      await granted(phone);
      await phone.store.promise(coveredPayment(1, 0n));
      expectEqual(codeOf(await phone.store.promise(coveredPayment(1, 0n))), 'ok');
      expectEqual(await spentMinor(phone), 1250n);
    },
  },
  {
    name: 'a promise on a purse that has changed is refused, and nothing moves',
    async run(phone) {
      await enrolled(phone);
      expectEqual(codeOf(await phone.store.promise(coveredPayment(1, 0n))), 'sequence_taken');
      await expectUntouched(phone, undefined);
      await phone.store.writeGrant(EUR, GRANT);
      for (const stale of [
        coveredPayment(1, 1n),
        coveredPayment(1, 0n, { allowance: OTHER_ID }),
        coveredPayment(1, 0n, { currency: JPY }),
      ]) {
        expectEqual(codeOf(await phone.store.promise(stale)), 'sequence_taken');
        await expectUntouched(phone, 0n);
      }
    },
  },
  {
    name: 'of two tabs that draw on one purse, one does',
    async run(phone) {
      await granted(phone);
      const other = phone.tab();
      const twin = { nonce: filled(16, 9), requestDigest: filled(8, 9) };
      const outcomes = await Promise.all([
        phone.store.promise(coveredPayment(1, 0n)),
        other.store.promise(coveredPayment(1, 0n, twin)),
      ]);
      expectEqual(outcomes.map(codeOf).sort(), ['ok', 'sequence_taken']);
      expectEqual(await spentMinor(phone), 1250n);
      other.database.close();
    },
  },
  {
    name: 'what was promised stays drawn, withdrawn or settled',
    async run(phone) {
      await granted(phone);
      const [first, second] = [coveredPayment(1, 0n), coveredPayment(2, 1250n)];
      await phone.store.promise(first);
      expectEqual(codeOf(await phone.store.cancel(first.id)), 'ok');
      expectEqual(codeOf(await phone.store.promise(second)), 'ok');
      await settled(phone, second);
      expectEqual(await spentMinor(phone), 2500n);
    },
  },
  {
    name: 'a covered promise that the database lost is drawn again when it comes back',
    async run(phone) {
      await granted(phone);
      expectEqual(await phone.store.restore(coveredPayment(3, 25_00n)), true);
      expectEqual(await spentMinor(phone), 37_50n);
      expectEqual(await phone.store.restore(coveredPayment(2, 12_50n)), true);
      expectEqual(await spentMinor(phone), 37_50n, 'an earlier one was in it');
      const elsewhere = coveredPayment(4, 90_00n, { allowance: OTHER_ID });
      expectEqual(await phone.store.restore(elsewhere), true);
      expectEqual(await spentMinor(phone), 37_50n, 'another allowance');
    },
  },
  {
    name: 'a damaged purse pays nothing, is reported and kept until a person chooses anew',
    async run(phone) {
      await enrolled(phone);
      const raw = { currency: EUR, granted: { ...GRANT, spentMinor: 12.5 } };
      await phone.damage('purses', raw);
      expectEqual(await phone.store.readPurses(), []);
      expectEqual(codeOf(await phone.store.promise(coveredPayment(1, 0n))), 'sequence_taken');
      expectEqual(codeOf(await phone.store.promise(samplePayment(1))), 'ok');
      await phone.store.dropGrants();
      expectEqual(await phone.store.readDamaged(), [{ store: 'purses', key: String(EUR), raw }]);
      await phone.store.writePurseWish(EUR, 10_00n);
      expectEqual(await phone.store.readPurses(), [{ currency: EUR, wantedMinor: 10_00n }]);
    },
  },
  {
    name: 'an account from before there were allowances has nothing set aside and owes nothing',
    async run(phone) {
      await enrolled(phone);
      const balances = [{ currency: EUR, amountMinor: 77n }];
      const { lastSeq: _last, ...old } = { ...WALLET, account: { ...ACCOUNT, balances } };
      await phone.damage('meta', old, 'wallet');
      expectEqual((await phone.store.readWallet())?.account.balances, [
        { currency: EUR, amountMinor: 77n, heldMinor: 0n, owedMinor: 0n },
      ]);
      expectEqual(await phone.store.readDamaged(), []);
    },
  },
  {
    name: 'what a purse promises keeps to its allowance, whatever order of tabs and restarts',
    async run(first) {
      await granted(first);
      let phone = first;
      let spent = 0n;
      for (let seq = 1; seq <= 5; seq++) {
        const payment = coveredPayment(seq, spent);
        const tab = phone.tab();
        const both = await Promise.all([
          phone.store.promise(payment),
          tab.store.promise(coveredPayment(seq, spent, { nonce: filled(16, 200 + seq) })),
        ]);
        tab.database.close();
        expectEqual(both.filter(({ ok }) => ok).length, 1);
        spent += 1250n;
        expectEqual(await spentMinor(phone), spent);
        phone = phone.restart();
      }
      const allowance = decodeAllowance(GRANT.bytes);
      const orders = (await phone.store.readPromised()).map(({ authorization }) => {
        const decoded = decodeAuthorization(authorization);
        if (!decoded.ok || !allowance.ok) throw new Error('not readable');
        const { order } = decoded.value;
        return [toBase64url(demand(order.allowance)), coverFault(order, allowance.value.allowance)];
      });
      // The store refuses what is stale; what goes beyond the total is refused where orders are made.
      const id = toBase64url(filled(8, 0xa1));
      expectEqual(orders, [
        [id, undefined],
        [id, undefined],
        [id, undefined],
        [id, undefined],
        [id, 'counterfoil_over_total'],
      ]);
      phone.close();
    },
  },
];

export const PURSES: readonly ContractCase[] = [...KEEPING, ...DRAWING];
