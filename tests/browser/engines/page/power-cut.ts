// A wallet that promises, and a wallet that looks what it has: between the two the browser is killed, or its disk fails.
import { openWalletDatabase } from '#device/database.ts';
import { createPaymentStore } from '#device/payment-store.ts';
import { createSpareShelf, mirrorOutbox, readSpares } from '#device/spare-copies.ts';
import { codeOf, faultOf } from '../../../unit/device/expectations.ts';
import { samplePayment, sampleReceipt, WALLET } from '../../../unit/wallet/samples.ts';

const store = createPaymentStore(openWalletDatabase());

function mirror(): Promise<number> {
  const shelf = createSpareShelf();
  if (!shelf) throw new Error('this engine has no Cache Storage');
  return mirrorOutbox(store, shelf);
}

/** One payment that ended, one that waits: as it was said, so it must be found. */
export async function promiseAndSay(): Promise<string> {
  await store.writeWallet(WALLET);
  await store.promise(samplePayment(1));
  const { receipt, bytes } = sampleReceipt(samplePayment(1));
  await store.settle(samplePayment(1).id, receipt, bytes);
  return codeOf(await store.promise(samplePayment(2)));
}

/** And lays second copies aside of all that waits then. */
export async function keptPromises(): Promise<string> {
  const waiting = (await store.readOutbox()).map(({ seq }) => seq);
  const states = (await store.readPayments(9)).map(({ seq, state }) => `${seq} ${state}`);
  const next = codeOf(await store.promise(samplePayment(3)));
  await mirror();
  return JSON.stringify({ waiting, states, next });
}

/** As the page does when it starts; what the database does not give back lies on the shelf. */
export async function recovered(): Promise<string> {
  const shelf = createSpareShelf();
  const mirrored = await faultOf(mirror());
  if (mirrored === 'no fault') {
    return JSON.stringify((await store.readOutbox()).map(({ seq }) => seq));
  }
  const spares = shelf ? await readSpares(shelf) : [];
  return `${mirrored}, ${spares.length} on the shelf`;
}
