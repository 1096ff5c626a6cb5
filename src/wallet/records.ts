/** Owns the shapes of what the phone keeps beside payments: wallet, outbox, requests shown, draft, settings. */
import type { Bytes } from '#protocol/bytes.ts';
import type { RefusalCode } from '#protocol/refusals.ts';
import type { AccountState, PayeeProfile, ServerIdentity } from '#protocol/wire.ts';
import type { OfflinePurse, TakenCounterfoil } from './offline-records.ts';
import type { Payment } from './payment.ts';

/** The server as last heard of. `readAtMs`: by this phone's own clock; identities of older wallets lack it. */
export type KnownIdentity = ServerIdentity & { readonly readAtMs?: number };

/** Who this phone is. Absent as a whole before enrolment; never guessed when it cannot be read. */
export type WalletState = {
  /** As the server last said it. */
  readonly account: AccountState;
  readonly accountReadAtMs: number;
  /** Number of this device within the account; another installation is another device. */
  readonly device: number;
  /** base64url, as WebAuthn JSON has it. */
  readonly credentialId: string;
  /** Decided by an approval made with the network off, never by what the passkey says of itself. */
  readonly canPayOffline: boolean | 'unknown';
  /** The last number an order of this device carries; 0 before the first. Moved by `promise` alone. */
  readonly lastSeq: number;
};

/** Why the server would not judge it: it waits apart, visible, and is offered again rarely. */
export type Quarantine = {
  readonly code: RefusalCode;
  readonly sinceMs: number;
  readonly offeredAtMs: number;
};

/** So many promises of its own a phone holds back before it asks for a network first. */
export const OUTBOX_ITEMS_MAX = 100;
/** And so many entries in all: a bus crew takes counterfoils all day. */
export const OUTBOX_CARRIED_MAX = 1000;

/** One authorization without a receipt; `seq` orders the outbox. */
export type OutboxEntry = {
  readonly id: string;
  readonly seq: number;
  readonly authorization: Bytes;
  /** What the signed order says and its receipt must repeat. */
  readonly payer: string;
  readonly payee: string;
  readonly amountMinor: bigint;
  readonly currency: number;
  /** Set before the first byte leaves: from then on the promise cannot be withdrawn. */
  readonly sentAtMs?: number;
  /** Set with it when somebody else was given the promise; entries of older wallets lack it. */
  readonly shownAtMs?: number;
  readonly quarantine?: Quarantine;
  /** A counterfoil's, taken from a payer: it belongs to `counterfoils`, not to `payments`. */
  readonly carried?: true;
};

/** A payment or a counterfoil with its receipt, as it is brought back to a server that was restored. */
export type ReceiptedEntry = OutboxEntry & { readonly receipt: Bytes };

/** So many are read at once: no more than one upload takes (the first screen does without its limits). */
export const RECEIPTED_PAGE_MAX = 20;

/** Where reading what has a receipt goes on; newest first, in one store after the other. */
export type ReceiptedPlace = {
  readonly store: 'payments' | 'counterfoils';
  /** The last key read; absent at the beginning. */
  readonly after?: readonly number[];
};

/** The outbox entry of a payment: everything in it is in the payment too, so it can be made anew. */
export function outboxEntryOf(payment: OutboxEntry): OutboxEntry {
  const { id, seq, authorization, payer, payee, amountMinor, currency } = payment;
  return { id, seq, authorization, payer, payee, amountMinor, currency };
}

export function carriedEntryOf(taken: OutboxEntry): OutboxEntry {
  return { ...outboxEntryOf(taken), carried: true };
}

/** How a request that was made for one sale has been answered. */
export type PaidRequest = {
  /** base64url. */
  readonly paymentId: string;
  readonly amountMinor: bigint;
  readonly tipMinor: bigint;
  /** Empty while only a counterfoil says it: orders carry no names; the statement brings it. */
  readonly payerName: string;
  readonly atMs: number;
  /** What came is not what was asked (less, or another currency): it must not pass for paid. */
  readonly asAsked: boolean;
};

/** A payment request that this payee showed for one sale, or printed. */
export type ShownRequest = {
  /** base64url of the request's digest, as orders and statement entries carry it. */
  readonly digest: string;
  readonly text: string;
  /** Absent: the payer chooses. */
  readonly amountMinor?: bigint;
  readonly currency: number;
  readonly shownAtMs: number;
  readonly validUntilS: number;
  /** The same moment by this phone's own clock, for its own screen; requests of older wallets lack it. */
  readonly untilMs?: number;
  readonly note?: string;
  /** A code to print, for any number of payments; it ends when nobody believes in it, and is never paid. */
  readonly printed?: true;
  readonly paid?: PaidRequest;
};

/** What a person was about to pay, kept so that a reload, a cancelled approval or an update loses nothing. */
export type StoredDraft = {
  readonly requestText: string;
  readonly amountMinor?: bigint;
  readonly tipMinor?: bigint;
  readonly note?: string;
  readonly savedAtMs: number;
};

export type Settings = {
  /** BCP 47; absent means the browser's. */
  readonly language?: string;
  readonly theme: 'system' | 'light' | 'dark';
};

export const DEFAULT_SETTINGS: Settings = { theme: 'system' };

/** A payee as last heard of. */
export type KnownPayee = { readonly profile: PayeeProfile; readonly readAtMs: number };

/** A record that could not be read: kept as it is, shown, and given out whole on request. */
export type DamagedRecord = { readonly store: string; readonly key: string; readonly raw: unknown };

/** One payment with all that is known of its way: for the slip and the payment's story. */
export type PaymentStory = { readonly payment: Payment; readonly entry?: OutboxEntry };

/** Everything that paying one request needs to know, read in one transaction. */
export type PayingView = {
  readonly wallet: WalletState;
  readonly identity: KnownIdentity;
  readonly purses: readonly OfflinePurse[];
  /** Payments without a receipt: their sum is not to be spent twice. */
  readonly promised: readonly Payment[];
  /** Payments of this very request, newest first, whatever became of them; of a printed code the last ones. */
  readonly sameRequest: readonly Payment[];
};

/** Everything the first screen needs, read in one transaction. */
export type HomeView = {
  readonly wallet?: WalletState;
  readonly settings: Settings;
  /** Newest first. */
  readonly recent: readonly Payment[];
  /** Everything in the outbox, in seq order; `carried` ones are counterfoils. */
  readonly waiting: readonly OutboxEntry[];
  readonly purses: readonly OfflinePurse[];
  /** Counterfoils of others that wait in the outbox, newest first. */
  readonly taken: readonly TakenCounterfoil[];
  /** Sum of what is promised and not settled, by currency. */
  readonly promisedMinor: ReadonlyMap<number, bigint>;
  /** As much of that as comes from money set aside. */
  readonly coveredMinor: ReadonlyMap<number, bigint>;
  readonly damaged: number;
};
