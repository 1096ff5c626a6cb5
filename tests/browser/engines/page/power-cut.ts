// A wallet that promises, and a wallet that looks what it has: between the two the browser is killed.
import { openWalletDatabase } from '#device/database.ts';
import { createPaymentStore } from '#device/payment-store.ts';
import { codeOf } from '../../../unit/device/expectations.ts';
import { samplePayment, sampleReceipt, WALLET } from '../../../unit/wallet/samples.ts';

const store = createPaymentStore(openWalletDatabase());

/** One payment that ended, one that waits: as it was said, so it must be found. */
export async function promiseAndSay(): Promise<string> {
  await store.writeWallet(WALLET);
  await store.promise(samplePayment(1));
  const { receipt, bytes } = sampleReceipt(samplePayment(1));
  await store.settle(samplePayment(1).id, receipt, bytes);
  return codeOf(await store.promise(samplePayment(2)));
}

export async function keptPromises(): Promise<string> {
  const waiting = (await store.readOutbox()).map(({ seq }) => seq);
  const states = (await store.readPayments(9)).map(({ seq, state }) => `${seq} ${state}`);
  const next = codeOf(await store.promise(samplePayment(3)));
  return JSON.stringify({ waiting, states, next });
}
