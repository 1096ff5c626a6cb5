/** Owns what the engine needs from the world: time, chance, storage, the way to the server. */
import type { Bytes } from '#protocol/bytes.ts';
import type { Receipt } from '#protocol/receipt.ts';
import type { Outcome, RefusalCode } from '#protocol/refusals.ts';
import type { AccountState, PayeeProfile, ServerIdentity, StatementEntry } from '#protocol/wire.ts';
import type {
  AllowanceBody,
  AllowanceGrant,
  AllowanceReleaseBody,
  DeviceState,
} from '#protocol/wire-offline.ts';
import type {
  Granted,
  OfflinePurse,
  TakenCounterfoil,
  TakingKeys,
  TakingView,
} from './offline-records.ts';
import type { Payment } from './payment.ts';
import type {
  DamagedRecord,
  HomeView,
  KnownIdentity,
  KnownPayee,
  OutboxEntry,
  PayingView,
  PaymentStory,
  ReceiptedEntry,
  ReceiptedPlace,
  Settings,
  ShownRequest,
  StoredDraft,
  WalletState,
} from './records.ts';

export type Clock = { nowMs(): number };

export type Random = {
  bytes(length: number): Bytes;
  /** Uniform in [0, 1). */
  fraction(): number;
};

/** Verifies a raw r‖s ES256 signature under a raw P-256 point (x ‖ y). */
export type VerifyEs256 = (point: Bytes, signed: Bytes, signature: Bytes) => Promise<boolean>;

/** An answer as it came, judged by nobody yet: `classify.ts` says what it is worth. */
export type HttpAnswer = {
  readonly kind: 'http';
  readonly status: number;
  /** Lower case, without parameters; empty when there was none. */
  readonly mediaType: string;
  readonly body: Bytes;
  /** The Retry-After header, as written. */
  readonly retryAfter?: string;
};

/** Nothing came, or not all of it. The server may have acted all the same. */
export type Silence = { readonly kind: 'silence'; readonly why: string };

/** No method throws for a fault of the world. */
export type Transport = {
  postPayments(authorizations: readonly Bytes[], timeoutMs: number): Promise<HttpAnswer | Silence>;
  /** After a restore: payments with their receipts, answered in the same way. */
  postReoffers(reoffers: readonly Bytes[], timeoutMs: number): Promise<HttpAnswer | Silence>;
  readIdentity(timeoutMs: number): Promise<Outcome<ServerIdentity>>;
};

/**
 * The storage failed. `store_unreadable`: what is stored is unknown, which is never "nothing", and
 * whether a write took effect is unknown too. `store_not_saved`: it certainly was not written.
 */
export class StoreFault extends Error {
  override name = 'StoreFault';
  readonly code: 'store_unreadable' | 'store_not_saved';

  constructor(code: StoreFault['code'], message: string, cause?: unknown) {
    super(message, { cause });
    this.code = code;
  }
}

/** What a receipt changed: nothing when it, or another with the same verdict, was there already. */
export type Settled = 'settled' | 'known' | 'contradicted';

/**
 * The part of the truth on the phone that the relay needs. Every method is one transaction, strict
 * where it moves money. A failed one throws `StoreFault`.
 */
export type OutboxStore = {
  readIdentity(): Promise<KnownIdentity | undefined>;
  /** `readAtMs`: this phone's own clock, whatever it says; `present.ts` reckons with the difference. */
  writeIdentity(identity: ServerIdentity, readAtMs: number): Promise<void>;
  /** In seq order. */
  readOutbox(): Promise<OutboxEntry[]>;
  /** Marks entries as sent; those withdrawn or settled meanwhile are not in the answer. */
  claim(ids: readonly string[], nowMs: number): Promise<OutboxEntry[]>;
  /**
   * Stores the verified receipt and deletes the outbox entry, both or neither; what was paid is gone
   * from the balance that the server said last. `epoch`: in which the server gave it, when that is
   * later than the receipt's own.
   */
  settle(id: string, receipt: Receipt, bytes: Bytes, epoch?: number): Promise<Settled>;
  /** What has a receipt that the server has not stood by in this epoch: as much as one upload takes, and where the next page begins. */
  readForgotten(
    epoch: number,
    sinceMs: number,
    place: ReceiptedPlace,
  ): Promise<{ readonly entries: readonly ReceiptedEntry[]; readonly next?: ReceiptedPlace }>;
  quarantine(id: string, code: RefusalCode, nowMs: number): Promise<void>;
};

/** And what authorizing needs. */
export type Store = OutboxStore & {
  /**
   * Adds payment and outbox entry, moves the device's seq and draws on the purse, or none of them.
   * The same payment again is accepted. Refusals: no_account, sequence_taken (also when the purse is
   * not what the order says), already_paying, outbox_full, store_not_saved, store_unreadable.
   */
  promise(payment: Payment): Promise<Outcome<Payment>>;
  readPayment(id: string): Promise<Payment | undefined>;
  /** Withdraws a promise that nobody else has seen. Refusals: cancel_too_late, not_found, store_*. */
  cancel(id: string): Promise<Outcome<Payment>>;
};

/** What pays and is paid without a network. */
export type OfflineStore = {
  readPurses(): Promise<OfflinePurse[]>;
  /** `undefined`: nothing is to be set aside any more. What is granted stays until it is released. */
  writePurseWish(currency: number, wantedMinor: bigint | undefined): Promise<void>;
  /**
   * One that is here, or that the server gave before it, changes nothing. `replaced`: what was here when
   * it was asked for. What was drawn on that since, the server pays from the new one.
   */
  writeGrant(
    currency: number,
    granted: Omit<Granted, 'spentMinor'>,
    replaced?: Granted,
  ): Promise<void>;
  /** Of one currency, or of all; wishes stay. */
  dropGrants(currency?: number): Promise<void>;

  /** What `checkCounterfoil` needs. Refusals: no_account; unavailable before the server was ever met. */
  readTaking(keys: TakingKeys): Promise<Outcome<TakingView>>;
  /**
   * Adds the counterfoil and its outbox entry, or neither. Refusals: counterfoil_seen,
   * request_already_paid, outbox_full, store_not_saved, store_unreadable.
   */
  take(taken: TakenCounterfoil): Promise<Outcome<TakenCounterfoil>>;
  readTaken(id: string): Promise<TakenCounterfoil | undefined>;
  /** Newest first; `last` continues after the last one shown. */
  readTakenList(
    limit: number,
    last?: Pick<TakenCounterfoil, 'takenAtMs' | 'seq'>,
  ): Promise<TakenCounterfoil[]>;
  /** Puts a counterfoil back that the database has lost; false when it is known. */
  restoreTaken(taken: TakenCounterfoil): Promise<boolean>;
};

/** What the server holds open for one device; `spentMinor` is what settled payments have drawn. */
export type OpenAllowance = Omit<DeviceState['allowances'][number], 'validUntilMs'>;

/** The server's desk for allowances. No method throws for a fault of the world. */
export type AllowanceOffice = {
  readOpen(device: number): Promise<Outcome<readonly OpenAllowance[]>>;
  request(body: AllowanceBody): Promise<Outcome<AllowanceGrant>>;
  release(body: AllowanceReleaseBody): Promise<Outcome<undefined>>;
};

/** All of it: what pages read and write besides. Reads throw `StoreFault`, they never answer "empty" instead. */
export type WalletStore = Store &
  OfflineStore & {
    readHome(recentMax: number): Promise<HomeView>;
    readWallet(): Promise<WalletState | undefined>;
    /** After enrolment or sign-in: a new device begins at seq 0. Refused (forbidden) while payments of another wallet wait. */
    writeWallet(wallet: WalletState): Promise<Outcome<undefined>>;
    /** One that is not this wallet's changes nothing. */
    writeAccount(account: AccountState, nowMs: number): Promise<void>;
    writeCanPayOffline(can: boolean | 'unknown'): Promise<void>;
    /** Forgets the wallet, keeping payments and receipts. Refused (forbidden) while payments wait, but for `isUnfounded` ones. */
    forgetWallet(): Promise<Outcome<undefined>>;

    /** What `checkDraft` and `prepareOrder` need. Refusals: no_account; unavailable before the server was ever met. */
    readPaying(requestDigest: string): Promise<Outcome<PayingView>>;
    /** Before somebody else is given the promise: it counts as sent. False when it is gone. */
    handOver(id: string, nowMs: number): Promise<boolean>;
    /** Puts a promise back that the database has lost, as one that was sent; false when it is known. */
    restore(payment: Payment): Promise<boolean>;
    /** Newest first; `last` continues after the last one shown. */
    readPayments(limit: number, last?: Pick<Payment, 'createdAtMs' | 'seq'>): Promise<Payment[]>;
    readPromised(): Promise<Payment[]>;
    readStory(id: string): Promise<PaymentStory | undefined>;
    readDamaged(): Promise<DamagedRecord[]>;

    /** Newest first; `beforeVersion` continues after the last one shown. */
    readEntries(limit: number, beforeVersion?: number): Promise<StatementEntry[]>;
    /** Where the statement has been read to: the cursor for the next read; 0 at first. */
    readEntriesVersion(): Promise<number>;
    /**
     * To be told the epoch of every statement before anything of it is written. `same`: it goes on from
     * what is kept. `newer`: what was kept is forgotten, cursor and all, and the statement is to be
     * read again. `older`: it has been overtaken, and says nothing.
     */
    followEpoch(epoch: number): Promise<'same' | 'newer' | 'older'>;
    /**
     * Keeps the entries and, in the same transaction, marks the requests they pay; answers those.
     * `asked`: how the statement stood when they were asked for. If another tab has begun it anew
     * meanwhile, they would leave a gap, or be of a time that is no more: nothing is written.
     */
    writeEntries(
      entries: readonly StatementEntry[],
      version: number,
      asked?: { readonly epoch: number; readonly after: number },
    ): Promise<ShownRequest[]>;

    /** Refuses nothing: a request shown twice is one request. */
    writeRequest(request: ShownRequest): Promise<void>;
    readRequest(digest: string): Promise<ShownRequest | undefined>;
    /** Newest first. */
    readRequests(limit: number): Promise<ShownRequest[]>;

    readPayee(account: string): Promise<KnownPayee | undefined>;
    writePayee(profile: PayeeProfile, nowMs: number): Promise<void>;

    readDraft(): Promise<StoredDraft | undefined>;
    /** `undefined` clears it. */
    writeDraft(draft: StoredDraft | undefined): Promise<void>;
    readSettings(): Promise<Settings>;
    writeSettings(settings: Settings): Promise<void>;
  };

/** What changed, by name: the hearer reads again. Counterfoils are `payments`, purses `wallet`. */
export type Topic = 'payments' | 'requests' | 'wallet' | 'settings' | 'outbox';

export type Notice = { changed(...topics: readonly Topic[]): void };

/** Runs `work` under a Web Lock (`outbox`, `allowances`), or without it after a bounded wait (safe by dedupe). */
export type OutboxLock = { run<T>(work: () => Promise<T>): Promise<T> };
