// A phone: the production wallet on its own storage, in a page and a worker that may die at any gate.

import { openWalletDatabase } from '#device/database.ts';
import { createOutboxLock } from '#device/outbox-lock.ts';
import { createPaymentStore } from '#device/payment-store.ts';
import { verifyEs256 } from '#device/verify-es256.ts';
import { signatureFromDer } from '#protocol/assertion.ts';
import { type Bytes, fromBase64url, toBase64url } from '#protocol/bytes.ts';
import { requestDigest } from '#protocol/order.ts';
import { readPaymentRequest } from '#protocol/payment-request.ts';
import { ROUTES } from '#protocol/routes.ts';
import { decodeServerIdentity, decodeStatement } from '#protocol/wire.ts';
import { type Approval, prepareOrder, promisePayment } from '#wallet/authorize.ts';
import { StoreFault, type WalletStore } from '#wallet/ports.ts';
import { makeRequest, makeStaticRequest, printedRequest } from '#wallet/receive.ts';
import { createRelay, type DrainReason, type Relay } from '#wallet/relay.ts';
import type { ServerWallet, WalletServer } from '../support/server-wallet.ts';
import { createGates, type Gates, gated } from './gates.ts';
import type { Network } from './network.ts';
import type { Seeded } from './seeded.ts';
import { PARTY } from './simulated-server.ts';

export type Surroundings = {
  readonly server: WalletServer;
  readonly network: Network;
  readonly chance: Seeded;
  readonly nowMs: () => number;
  /** Whether storage may fail now. */
  storageFails(): 'no' | 'before' | 'after';
  onFault(fault: unknown): void;
};

export type Process = {
  readonly name: string;
  readonly gates: Gates;
  readonly store: WalletStore;
  readonly relay: Relay;
  readonly close: () => void;
};

export type Phone = {
  readonly name: string;
  readonly owner: ServerWallet;
  readonly device: number;
  /** What its clock says is off by this much. */
  readonly skewMs: number;
  page: Process;
  worker: Process;
  /** What the person was told of each payment: the promises that have to be kept. */
  readonly told: Map<string, 'promised' | 'cancelled'>;
  /** Counterfoils that the person, a payee, was told are kept. */
  readonly took: Set<string>;
  /** What the person asked to withdraw, whether they heard an answer or not. */
  readonly withdrawn: Set<string>;
};

const EUR = 978;
/** What a person sets aside for paying without a network. */
const WANTED_MINOR = 300_00n;

export function startProcess(
  kind: 'page' | 'worker',
  phoneName: string,
  skewMs: number,
  around: Surroundings,
): Process {
  const { chance, network } = around;
  const gates = createGates(around.onFault);
  const database = openWalletDatabase({ name: phoneName });
  const fault = () => new StoreFault('store_unreadable', 'simulated');
  const store = gated(createPaymentStore(database), gates, around.storageFails, fault);
  const relay = createRelay({
    store,
    transport: network.transport(gates),
    clock: { nowMs: () => around.nowMs() + skewMs },
    random: chance,
    verify: verifyEs256,
    notice: { changed: () => undefined },
    lock: createOutboxLock({ locks: undefined }),
    // Only a page asks its phone; a worker's events are signs enough.
    ...(kind === 'page' && { hasNoNetwork: network.saysNone }),
  });
  return {
    name: `${phoneName} ${kind}`,
    gates,
    store,
    relay: joining(relay, gates),
    close: () => database.close(),
  };
}

/** A drain that is called while one runs shares that one, and waits at no gate of its own. */
function joining(relay: Relay, gates: Gates): Relay {
  let drains = 0;
  return {
    async drain(reason) {
      drains++;
      try {
        const draining = relay.drain(reason);
        return await (drains > 1 ? gates.join(draining) : draining);
      } finally {
        drains--;
      }
    },
  };
}

/** A new device of this account, enrolled and never used. */
export async function createPhone(
  name: string,
  owner: ServerWallet,
  device: number,
  skewMs: number,
  around: Surroundings,
): Promise<Phone> {
  const database = openWalletDatabase({ name });
  const store = createPaymentStore(database);
  const { account, credentialId } = owner.enrolment;
  const state = { account, accountReadAtMs: around.nowMs(), device, credentialId };
  const written = await store.writeWallet({ ...state, canPayOffline: true, lastSeq: 0 });
  if (!written.ok) throw new Error(written.refusal.code);
  const response = await around.server.inject({ url: ROUTES.keys.path });
  const identity = decodeServerIdentity(response.json());
  if (!identity.ok) throw new Error(identity.refusal.code);
  await store.writeIdentity(identity.value, around.nowMs() + skewMs);
  await store.writePurseWish(EUR, WANTED_MINOR);
  database.close();
  return {
    name,
    owner,
    device,
    skewMs,
    page: startProcess('page', name, skewMs, around),
    worker: startProcess('worker', name, skewMs, around),
    told: new Map(),
    took: new Set(),
    withdrawn: new Set(),
  };
}

/** The process dies where it stands; another begins on what is stored. */
export function crash(phone: Phone, which: 'page' | 'worker', around: Surroundings): void {
  const old = phone[which];
  old.gates.die();
  old.close();
  phone[which] = startProcess(which, phone.name, phone.skewMs, around);
}

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

/** Scans, reviews, approves, promises, drains: as the pay screen does. */
async function payAndDrain(phone: Phone, text: string, around: Surroundings): Promise<void> {
  const { page } = phone;
  const { store, gates } = page;
  const clock = { nowMs: () => around.nowMs() + phone.skewMs };
  const reading = readPaymentRequest(text);
  if (!reading.ok) throw new Error(`our own code: ${reading.refusal.code}`);
  const request = reading.value;
  const paying = await store.readPaying(toBase64url(requestDigest(text)));
  if (!paying.ok) return;
  const situation = { ...paying.value, nowMs: clock.nowMs() };
  const amountMinor = request.amountMinor ?? BigInt(1 + around.chance.below(30_000));
  const draft = { request, amountMinor, tipMinor: 0n, feeMinor: 0n };
  const prepared = prepareOrder(draft, situation, around.chance);
  if (!prepared.ok) return;
  await gates.at('a finger on the sensor');
  const approval = approvalOf(phone.owner, prepared.value.id);
  const parts = { store, clock };
  const promised = await promisePayment(parts, prepared.value, situation.identity, approval);
  if (!promised.ok) return;
  phone.told.set(promised.value.id, 'promised');
  await page.relay.drain('enqueue');
}

/** Storage that fails leaves a screen that says so; here the person puts the phone away. */
export async function unlessStorageFails(work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof StoreFault)) throw error;
  }
}

export function pay(phone: Phone, text: string, around: Surroundings): void {
  phone.page.gates.run(() => unlessStorageFails(() => payAndDrain(phone, text, around)));
}

export function hint(process: Process, reason: DrainReason): void {
  process.gates.run(() => process.relay.drain(reason));
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

/** A request for one sale, stored before it is shown. Undefined when storage failed. */
export function ask(
  phone: Phone,
  amountMinor: bigint,
  around: Surroundings,
  show: (text: string, digest: string) => void,
): void {
  const { store, gates } = phone.page;
  gates.run(() =>
    unlessStorageFails(async () => {
      const identity = await store.readIdentity();
      if (!identity) throw new Error('a phone knows its server');
      const world = { nowMs: around.nowMs() + phone.skewMs, random: around.chance };
      const { account } = phone.owner.enrolment;
      const asking = { amountMinor, currency: EUR, validityMs: 3 * 86_400_000 };
      const request = makeRequest(asking, account, identity, world);
      if (!request.ok) throw new Error(request.refusal.code);
      await store.writeRequest(request.value);
      show(request.value.text, request.value.digest);
    }),
  );
}

export async function printedCode(phone: Phone, amountMinor?: bigint): Promise<string> {
  const { store } = phone.page;
  const identity = await store.readIdentity();
  if (!identity) throw new Error('a phone knows its server');
  const { account } = phone.owner.enrolment;
  const asking = { currency: EUR, ...(amountMinor !== undefined && { amountMinor }) };
  const text = makeStaticRequest(asking, account, identity);
  if (!text.ok) throw new Error(text.refusal.code);
  await store.writeRequest(printedRequest(text.value, asking, 0));
  return text.value;
}

/** Reads the statement from where it was read to, as pages do. */
export function readStatement(phone: Phone, around: Surroundings): void {
  const { store, gates } = phone.page;
  gates.run(() =>
    unlessStorageFails(async () => {
      const after = await store.readEntriesVersion();
      await gates.at('statement');
      const { cookie } = phone.owner;
      const url = `${ROUTES.statement.path}?after=${after}`;
      const response = await around.server.inject({ url, headers: { cookie } });
      const statement = decodeStatement(response.json());
      if (!statement.ok) throw new Error(`${response.statusCode}: ${statement.refusal.detail}`);
      const { entries, version } = statement.value;
      await store.writeEntries(entries, entries.at(-1)?.version ?? version);
    }),
  );
}
