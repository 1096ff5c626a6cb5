// What a person does with a phone to pay and to be paid, as the screens do it.
import { mirrorOutbox } from '#device/spare-copies.ts';
import { signatureFromDer } from '#protocol/assertion.ts';
import { type Bytes, fromBase64url, toBase64url } from '#protocol/bytes.ts';
import { requestDigest } from '#protocol/order.ts';
import { readPaymentRequest } from '#protocol/payment-request.ts';
import type { RefusalCode } from '#protocol/refusals.ts';
import { type Approval, prepareOrder, promisePayment } from '#wallet/authorize.ts';
import { makeRequest, makeStaticRequest, printedRequest } from '#wallet/receive.ts';
import type { ServerWallet } from '../support/server-wallet.ts';
import { must } from './broken.ts';
import { EUR, type Phone, type Process, type Surroundings, unlessStorageFails } from './phone.ts';
import { PARTY } from './simulated-server.ts';

/** A code that anybody may scan. */
export type Code = { readonly text: string; readonly payee: string };

function approvalOf(owner: ServerWallet, challenge: Bytes): Approval {
  const signed = owner.authenticator.signIn({ challenge: toBase64url(challenge) }).response;
  const read = (text: string) => {
    const bytes = fromBase64url(text);
    if (!bytes) throw new Error('not base64url');
    return bytes;
  };
  const signature = signatureFromDer(read(signed.signature));
  if (!signature) throw new Error('not DER');
  return {
    credentialId: owner.authenticator.credentialId,
    origin: PARTY.origin,
    assertion: {
      authenticatorData: read(signed.authenticatorData),
      clientDataJson: read(signed.clientDataJSON),
      signature,
    },
  };
}

export const euros = (minor: bigint) => `${minor / 100n}.${String(minor % 100n).padStart(2, '0')}`;

/** Whoever is told that it is not saved pays again. Of storage that failed, nobody knows (F22). */
async function checkNotSaved({ disk, name }: Phone, id: string, code: RefusalCode): Promise<void> {
  if (code.startsWith('store_')) return;
  const stored = await disk.reader.readPayment(id);
  must(stored === undefined, 'F22', `${name} was told ${code}, and ${id} is stored`);
}

/** Scans, reviews, approves, promises, drains: as the pay screen does. */
async function payAndDrain(phone: Phone, code: Code, around: Surroundings): Promise<void> {
  const { page, clock } = phone;
  const { store, gates } = page;
  const { chance, chronicle, amountMaxMinor } = around;
  const reading = readPaymentRequest(code.text);
  if (!reading.ok) throw new Error(`our own code: ${reading.refusal.code}`);
  const request = reading.value;
  // A printed code's amount is what the payer types.
  const amountMinor = request.amountMinor ?? BigInt(1 + chance.below(amountMaxMinor));
  const paying = await store.readPaying(toBase64url(requestDigest(code.text)));
  if (!paying.ok) return;
  const situation = { ...paying.value, nowMs: clock.nowMs() };
  const draft = { request, amountMinor, tipMinor: 0n, feeMinor: 0n };
  const prepared = prepareOrder(draft, situation, chance);
  if (!prepared.ok) return;
  await gates.at('a finger on the sensor');
  const approval = approvalOf(phone.owner, prepared.value.id);
  const parts = { store, clock };
  const promised = await promisePayment(parts, prepared.value, situation.identity, approval);
  if (!promised.ok) {
    await checkNotSaved(phone, toBase64url(prepared.value.id), promised.refusal.code);
    chronicle.tell(`${phone.name} is told: not saved (${promised.refusal.code})`);
    return;
  }
  const { id } = promised.value;
  phone.told.set(id, 'promised');
  const name = chronicle.nameOf(id);
  chronicle.tell(`${phone.name} is told: ${name} promised, ${euros(amountMinor)} to ${code.payee}`);
  await mirrorOutbox(store, page.shelf);
  await page.relay.drain('enqueue');
}

export function pay(phone: Phone, code: Code, around: Surroundings): void {
  phone.page.gates.run(() => unlessStorageFails(() => payAndDrain(phone, code, around)));
}

/** What the database has lost comes back from the second copies, and is sent. */
export function mirror({ store, shelf, gates, relay }: Process): void {
  gates.run(() =>
    unlessStorageFails(async () => {
      if ((await mirrorOutbox(store, shelf)) > 0) await relay.drain('notice');
    }),
  );
}

/** Withdraws one of the promises that the person sees. */
export function cancel(phone: Phone, id: string): void {
  const { store, gates } = phone.page;
  phone.withdrawn.add(id);
  gates.run(() =>
    unlessStorageFails(async () => {
      const cancelled = await store.cancel(id);
      if (cancelled.ok) phone.told.set(id, 'cancelled');
    }),
  );
}

/** A request for one sale, stored before it is shown. */
export function ask(
  phone: Phone,
  amountMinor: bigint,
  around: Surroundings,
  show: (code: Code) => void,
): void {
  const { store, gates } = phone.page;
  gates.run(() =>
    unlessStorageFails(async () => {
      const identity = await store.readIdentity();
      if (!identity) throw new Error('a phone knows its server');
      const world = { nowMs: phone.clock.nowMs(), random: around.chance };
      const { account } = phone.owner.enrolment;
      const asking = { amountMinor, currency: EUR, validityMs: 3 * 86_400_000 };
      const request = makeRequest(asking, account, identity, world);
      if (!request.ok) throw new Error(request.refusal.code);
      await store.writeRequest(request.value);
      show({ text: request.value.text, payee: phone.name });
    }),
  );
}

export async function printedCode(phone: Phone, amountMinor?: bigint): Promise<Code> {
  const { store } = phone.page;
  const identity = await store.readIdentity();
  if (!identity) throw new Error('a phone knows its server');
  const { account } = phone.owner.enrolment;
  const asking = { currency: EUR, ...(amountMinor !== undefined && { amountMinor }) };
  const text = makeStaticRequest(asking, account, identity);
  if (!text.ok) throw new Error(text.refusal.code);
  await store.writeRequest(printedRequest(text.value, asking, 0));
  return { text: text.value, payee: phone.name };
}
