// A page without an app: the production storage on the browser's own IndexedDB, driven by tests.
import { openWalletDatabase, SCHEMA_VERSION } from '#device/database.ts';
import { createOutboxLock } from '#device/outbox-lock.ts';
import { createPaymentStore } from '#device/payment-store.ts';
import { createSpareShelf, mirrorOutbox } from '#device/spare-copies.ts';
import { systemClock, systemRandom } from '#device/world.ts';
import { FLAG } from '#protocol/assertion.ts';
import { type Bytes, concatBytes, toBase64url, toUtf8 } from '#protocol/bytes.ts';
import { requestDigest } from '#protocol/order.ts';
import { type PaymentRequest, readPaymentRequest } from '#protocol/payment-request.ts';
import { sha256 } from '#protocol/sha256.ts';
import { type Approval, prepareOrder, promisePayment } from '#wallet/authorize.ts';
import { makeStaticRequest } from '#wallet/receive.ts';
import { codeOf, faultOf } from '../../../unit/device/expectations.ts';
import {
  CREDENTIAL_ID,
  EUR,
  filled,
  IDENTITY,
  PAYEE_ID,
  profileOf,
  samplePayment,
  sampleReceipt,
  WALLET,
} from '../../../unit/wallet/samples.ts';

const troubles: string[] = [];
const database = openWalletDatabase({
  openTimeoutMs: 1_500,
  onTrouble: (trouble) => troubles.push(trouble),
});
const store = createPaymentStore(database);

/** Opens the same database as a wallet of a later version would. */
function newerWallet() {
  const newer: string[] = [];
  const handle = openWalletDatabase({
    version: SCHEMA_VERSION + 1,
    openTimeoutMs: 1_500,
    onTrouble: (trouble) => newer.push(trouble),
  });
  const reading = createPaymentStore(handle).readWallet();
  return { newer, reading, handle };
}

function printedRequest(): PaymentRequest {
  const profile = profileOf(PAYEE_ID, 'Cafe Bento');
  const text = makeStaticRequest({ currency: EUR }, { profile }, IDENTITY);
  const reading = text.ok ? readPaymentRequest(text.value) : text;
  if (!reading.ok) throw new Error(reading.refusal.code);
  return reading.value;
}

/** What a passkey of this origin answers, but for its arithmetic. */
function approvalOf(challenge: Bytes): Approval {
  const { origin, hostname } = location;
  const clientData = { type: 'webauthn.get', challenge: toBase64url(challenge), origin };
  const assertion = {
    authenticatorData: concatBytes(
      sha256(toUtf8(hostname)),
      Uint8Array.of(FLAG.UP | FLAG.UV, 0, 0, 0, 0),
    ),
    clientDataJson: toUtf8(JSON.stringify({ ...clientData, crossOrigin: false })),
    signature: filled(64, 1),
  };
  return { credentialId: CREDENTIAL_ID, assertion, origin };
}

let held: IDBDatabase | undefined;

/** A tab that does not listen: it keeps its connection whatever a newer wallet wants. */
function holdConnection(): Promise<void> {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open('counterfoil', SCHEMA_VERSION);
    request.onerror = () => reject(request.error);
    request.onsuccess = () => {
      held = request.result;
      resolve();
    };
  });
}

const lab = {
  troubles,
  enrol: async () => codeOf(await store.writeWallet(WALLET)),
  /** The promise with the next seq; `once: false` so that the same digest may repeat. */
  promise: async (seq: number) => codeOf(await store.promise(samplePayment(seq))),
  settle: (seq: number) => {
    const { receipt, bytes } = sampleReceipt(samplePayment(seq));
    return store.settle(samplePayment(seq).id, receipt, bytes);
  },
  settleFault: (seq: number) => faultOf(lab.settle(seq)),
  outboxSeqs: async () => (await store.readOutbox()).map(({ seq }) => seq),
  states: async () => (await store.readPayments(50)).map(({ seq, state }) => `${seq} ${state}`),
  hasWallet: async () => (await store.readWallet()) !== undefined,
  walletFault: () => faultOf(store.readWallet()),
  outboxFault: () => faultOf(store.readOutbox()),
  /** Two tabs of this origin make the same promise at once. */
  promiseOther: async (seq: number) =>
    codeOf(
      await store.promise(
        samplePayment(seq, { nonce: filled(16, 9), requestDigest: filled(8, 9) }),
      ),
    ),
  /** As the page does whenever something changed. */
  mirror: () => {
    const shelf = createSpareShelf();
    if (!shelf) throw new Error('no Cache Storage');
    return mirrorOutbox(store, shelf);
  },
  mirrorFault: () => faultOf(lab.mirror()),
  spares: () => createSpareShelf()?.ids(),
  holdConnection,
  letGo: () => held?.close(),
  async upgrade(): Promise<{ newer: string[]; read: string }> {
    const { newer, reading, handle } = newerWallet();
    const read = await faultOf(reading);
    handle.close();
    return { newer, read };
  },
  /** Takes the lock and keeps it, as a frozen page does. */
  holdLock: () =>
    new Promise<void>((held_) => {
      void createOutboxLock().run(() => {
        held_();
        return new Promise<never>(() => undefined);
      });
    }),
  withLock: (waitMs: number) => createOutboxLock({ waitMs }).run(async () => 'drained'),
  /** Milliseconds from the passkey's answer to the promise on disk. */
  async timePromises(count: number): Promise<number[]> {
    const request = printedRequest();
    const times: number[] = [];
    await store.writeIdentity({ ...IDENTITY, origins: [location.origin] }, Date.now());
    for (let i = 0; i < count; i++) {
      const paying = await store.readPaying(toBase64url(requestDigest(request.text)));
      if (!paying.ok) throw new Error(paying.refusal.code);
      const situation = { ...paying.value, nowMs: Date.now() };
      const draft = { request, amountMinor: 1n, tipMinor: 0n, feeMinor: 0n };
      const prepared = prepareOrder(draft, situation, systemRandom);
      if (!prepared.ok) throw new Error(prepared.refusal.code);
      const approval = approvalOf(prepared.value.id);
      const begun = performance.now();
      const outcome = await promisePayment(
        { store, clock: systemClock },
        prepared.value,
        situation.identity,
        approval,
      );
      times.push(performance.now() - begun);
      if (!outcome.ok) throw new Error(outcome.refusal.code);
      const { receipt, bytes } = sampleReceipt(outcome.value);
      await store.settle(outcome.value.id, receipt, bytes);
    }
    return times;
  },
};

declare global {
  interface Window {
    storageLab: typeof lab;
  }
}

window.storageLab = lab;
