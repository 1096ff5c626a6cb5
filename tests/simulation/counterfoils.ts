// What two phones do without any network: one shows a payment on its screen, the other looks at it.
import { verifyEs256 } from '#device/verify-es256.ts';
import { ROUTES } from '#protocol/routes.ts';
import {
  checkPresented,
  type Presented,
  takenCounterfoil,
  takingKeys,
} from '#wallet/check-counterfoil.ts';
import { counterfoilOf } from '#wallet/show-counterfoil.ts';
import { post, type ServerWallet, type WalletServer } from '../support/server-wallet.ts';
import { must } from './broken.ts';
import { type Phone, type Surroundings, unlessStorageFails } from './phone.ts';
import { bent } from './weather.ts';

/** What stands on a payer's screen, for whoever looks. */
export type Shown = { readonly id: string; readonly presented: Presented };

/** The payer turns the phone round. First it is marked as seen by others. */
export function show(payer: Phone, id: string, onScreen: (shown: Shown) => void): void {
  const { store, gates } = payer.page;
  gates.run(() =>
    unlessStorageFails(async () => {
      if (!(await store.handOver(id, payer.clock.nowMs()))) return;
      const story = await store.readStory(id);
      if (!story) return;
      const counterfoil = counterfoilOf(story.payment);
      const presented: Presented = counterfoil
        ? { kind: 'counterfoil', bytes: counterfoil }
        : { kind: 'authorization', bytes: story.payment.authorization };
      onScreen({ id, presented });
    }),
  );
}

/**
 * The camera has seen it badly, and nothing of it is believed. At which step that is found depends on
 * keys, which no seed decides, so no gate is passed.
 */
export async function misread(payee: Phone, shown: Shown, around: Surroundings): Promise<void> {
  const { kind, bytes } = shown.presented;
  const presented: Presented = { kind, bytes: bent(bytes, around.chance) };
  around.chronicle.fault('counterfoil bent');
  const keys = takingKeys(presented);
  // A bare promise cannot be checked without a network, so only a counterfoil tells that it was bent.
  if (!keys.ok || kind !== 'counterfoil') return;
  const view = await payee.disk.reader.readTaking(keys.value);
  if (!view.ok) return;
  const situation = { ...view.value, nowMs: payee.clock.nowMs() };
  const verdict = await checkPresented(presented, situation, verifyEs256);
  must(verdict.kind === 'refused', 'F72', `a bent counterfoil was judged ${verdict.kind}`);
}

/** The payee's camera sees it, and the payee keeps what is at least a promise. */
export function take(payee: Phone, { presented }: Shown, around: Surroundings): void {
  const { store, gates, relay } = payee.page;
  const { chronicle } = around;
  gates.run(() =>
    unlessStorageFails(async () => {
      const keys = takingKeys(presented);
      if (!keys.ok) return;
      const view = await store.readTaking(keys.value);
      if (!view.ok) return;
      const nowMs = payee.clock.nowMs();
      const verdict = await checkPresented(presented, { ...view.value, nowMs }, verifyEs256);
      if (verdict.kind === 'refused') return;
      const taken = await store.take(takenCounterfoil(presented, verdict, nowMs));
      if (!taken.ok) return;
      payee.took.add(taken.value.id);
      chronicle.tell(`${payee.name} is told: ${chronicle.nameOf(taken.value.id)} ${verdict.kind}`);
      await relay.drain('enqueue');
    }),
  );
}

/** “I lost my phone”, said from any other browser of the account. */
export async function freezeDevice(
  server: WalletServer,
  { cookie }: ServerWallet,
  device: number,
): Promise<void> {
  const response = await post(server, ROUTES.deviceFreeze.path, { device }, cookie);
  if (response.statusCode !== 204) throw new Error(`${response.statusCode} ${response.body}`);
}
