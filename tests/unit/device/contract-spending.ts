// The storage's contract for the balance between a receipt and the server's next word.

import {
  ACCOUNT,
  coveredPayment,
  EUR,
  NOW_MS,
  sampleReceipt,
  sampleTaken,
  WALLET,
} from '../wallet/samples.ts';
import { type ContractCase, enrolled, type Phone, promised, settled } from './contract-phone.ts';
import { demand, expectEqual } from './expectations.ts';

/** What the server said last, as stored: so many in the sample wallet's first currency. */
async function fundsOf({ store }: Phone) {
  const { account } = demand(await store.readWallet());
  const [euros, yen] = account.balances;
  expectEqual(yen, ACCOUNT.balances[1], 'another currency stays');
  return [demand(euros).amountMinor, demand(euros).heldMinor];
}

export const SPENDING: ContractCase[] = [
  {
    name: 'a payment that is settled is gone from the balance, also when nobody can ask the server',
    async run(phone) {
      await enrolled(phone);
      const [first] = await promised(phone, 2);
      await settled(phone, demand(first));
      expectEqual(await fundsOf(phone), [100_00n - 12_50n, 0n]);
      const home = await phone.store.readHome(5);
      expectEqual(home.promisedMinor.get(EUR), 12_50n);
      expectEqual(demand(home.wallet).accountReadAtMs, NOW_MS);
    },
  },
  {
    name: 'its receipt again, or one of a later epoch, takes nothing more',
    async run(phone) {
      await enrolled(phone);
      const [payment] = await promised(phone, 1);
      const { id } = await settled(phone, demand(payment));
      const { receipt, bytes } = sampleReceipt(demand(payment));
      expectEqual(await phone.store.settle(id, receipt, bytes), 'known');
      expectEqual(await phone.store.settle(id, receipt, bytes, 3), 'settled');
      expectEqual(await fundsOf(phone), [100_00n - 12_50n, 0n]);
    },
  },
  {
    name: 'what was refused stays in the balance',
    async run(phone) {
      await enrolled(phone);
      const [payment] = await promised(phone, 1);
      const { receipt, bytes } = sampleReceipt(demand(payment), { verdict: 'refused' });
      await phone.store.settle(demand(payment).id, receipt, bytes);
      expectEqual(await fundsOf(phone), [100_00n, 0n]);
    },
  },
  {
    name: 'a payment that the statement tells of is in the balance already',
    async run(phone) {
      await enrolled(phone);
      const [payment] = await promised(phone, 1);
      const entry = {
        version: 2,
        currency: EUR,
        amountMinor: -12_50n,
        balanceMinor: 87_50n,
        kind: 'payment',
        counterparty: 'X',
        counterpartyName: 'Café Bento',
        postedAtMs: NOW_MS,
        paymentId: demand(payment).id,
      } as const;
      await phone.store.writeEntries([entry], 2);
      await settled(phone, demand(payment));
      expectEqual(await fundsOf(phone), [100_00n, 0n]);
    },
  },
  {
    name: 'what was set aside for it is set aside no more, and no balance falls below nothing',
    async run(phone) {
      const [euros, yen] = ACCOUNT.balances;
      const balances = [{ ...demand(euros), amountMinor: 10_00n, heldMinor: 6_00n }, demand(yen)];
      await phone.store.writeWallet({ ...WALLET, account: { ...ACCOUNT, balances } });
      const payment = coveredPayment(1, 0n);
      await phone.store.restore(payment);
      await settled(phone, payment);
      expectEqual(await fundsOf(phone), [0n, 0n]);
    },
  },
  {
    name: 'home tells apart what is promised from money set aside and what is not',
    async run(phone) {
      await enrolled(phone);
      await promised(phone, 1);
      await phone.store.restore(coveredPayment(2, 0n));
      const { promisedMinor, coveredMinor } = await phone.store.readHome(5);
      expectEqual([promisedMinor.get(EUR), coveredMinor.get(EUR)], [25_00n, 12_50n]);
    },
  },
  {
    name: 'what is carried for others costs this account nothing',
    async run(phone) {
      await enrolled(phone);
      const taken = sampleTaken(1);
      await phone.store.take(taken);
      const { receipt, bytes } = sampleReceipt(taken);
      expectEqual(await phone.store.settle(taken.id, receipt, bytes), 'settled');
      expectEqual(await fundsOf(phone), [100_00n, 0n]);
    },
  },
  {
    name: 'a damaged wallet holds no receipt up',
    async run(phone) {
      await enrolled(phone);
      const [payment] = await promised(phone, 1);
      const damaged = { account: { balances: [{ currency: EUR, amountMinor: 'much' }] } };
      await phone.damage('meta', damaged, 'wallet');
      await settled(phone, demand(payment));
      expectEqual(await phone.raw('meta', 'wallet'), damaged);
    },
  },
];
