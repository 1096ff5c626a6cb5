// The storage's contract for what a restored server may have forgotten.

import { RECEIPTED_PAGE_MAX, type ReceiptedPlace } from '#wallet/records.ts';
import { NOW_MS, samplePayment, sampleReceipt, sampleTaken } from '../wallet/samples.ts';
import {
  type ContractCase,
  enrolled,
  ids,
  type Phone,
  promised,
  settled,
} from './contract-phone.ts';
import { demand, expectEqual } from './expectations.ts';

const DAY_MS = 86_400_000;
const EPOCH = 7;

/** All pages, as the relay reads them. */
async function forgotten({ store }: Phone, epoch = EPOCH, sinceMs = NOW_MS - DAY_MS) {
  const found: string[] = [];
  let place: ReceiptedPlace | undefined = { store: 'payments' };
  while (place) {
    const page = await store.readForgotten(epoch, sinceMs, place);
    found.push(...ids(page.entries));
    place = page.next;
  }
  return found;
}

export const FORGOTTEN: ContractCase[] = [
  {
    name: 'what has a receipt of an earlier epoch is found, newest first, of both kinds',
    async run(phone) {
      await enrolled(phone);
      const payments = await promised(phone, RECEIPTED_PAGE_MAX + 3);
      const waiting = payments.pop();
      for (const payment of payments) await settled(phone, payment);
      const taken = sampleTaken(1);
      await phone.store.take(taken);
      const { receipt, bytes } = sampleReceipt(taken);
      await phone.store.settle(taken.id, receipt, bytes);
      expectEqual(await forgotten(phone), [...ids(payments).reverse(), taken.id]);
      expectEqual(await forgotten(phone, 1), []);
      expectEqual(await forgotten(phone, EPOCH, NOW_MS + DAY_MS), []);
      expectEqual(ids(await phone.store.readOutbox()), [demand(waiting).id]);
    },
  },
  {
    name: 'what the server stands by again is not forgotten any more, and keeps the newer receipt',
    async run(phone) {
      await enrolled(phone);
      const [first, second] = await promised(phone, 2);
      const before = await settled(phone, demand(first));
      await settled(phone, demand(second));
      const again = sampleReceipt(demand(first), { epoch: EPOCH, settledAtS: NOW_MS / 1000 + 999 });
      expectEqual(await phone.store.settle(before.id, again.receipt, again.bytes), 'settled');
      const old = sampleReceipt(demand(second));
      const { id } = demand(second);
      expectEqual(await phone.store.settle(id, old.receipt, old.bytes, EPOCH), 'settled');
      expectEqual(await phone.store.settle(id, old.receipt, old.bytes, EPOCH), 'known');
      const after = phone.restart();
      expectEqual(await forgotten(after), []);
      const kept = demand(await after.store.readPayment(before.id));
      expectEqual(
        [kept.receipt, kept.settledAtMs, kept.state],
        [again.bytes, before.settledAtMs, 'accepted'],
      );
      after.close();
    },
  },
  {
    name: 'receipts of wallets from before there were epochs are of the first one',
    async run(phone) {
      await enrolled(phone);
      const [payment] = await promised(phone, 1);
      const { epoch: _none, ...old } = await settled(phone, demand(payment));
      await phone.damage('payments', { ...old, newest: [-old.createdAtMs, -old.seq] });
      expectEqual(await forgotten(phone), [old.id]);
      expectEqual(await forgotten(phone, 1), []);
    },
  },
  {
    name: 'what is damaged is not brought back, and hides nothing',
    async run(phone) {
      await enrolled(phone);
      const [payment] = await promised(phone, 1);
      await settled(phone, demand(payment));
      const broken = { ...samplePayment(9), receipt: 'gone', newest: [-NOW_MS - 9, -9] };
      await phone.damage('payments', broken);
      expectEqual(await forgotten(phone), [demand(payment).id]);
    },
  },
];
