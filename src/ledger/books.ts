/** Owns the books of one group: the locked accounts as read, and what the group changes in them. Pure. */
import type { Bytes } from '#protocol/bytes.ts';
import { WIRE_AMOUNT_MAX } from '#protocol/order.ts';
import { assert } from '#protocol/refusals.ts';

export type AccountKind = 'person' | 'issuer' | 'system';

export type AccountRow = {
  readonly id: Bytes;
  readonly kind: AccountKind;
  readonly frozen: boolean;
};

export type Funds = {
  /** All that the account holds. */
  readonly balance: bigint;
  /** Of it, set aside for allowances. */
  readonly held: bigint;
  /** What the operator has advanced to it. */
  readonly owed: bigint;
};

export type BalanceState = Funds & {
  /** Of the newest entry in this currency: the highest of an account's is the account's version. */
  readonly version: bigint;
};

export type BalanceRow = BalanceState & { readonly account: Bytes; readonly currency: number };

type Request = { readonly payee: Bytes; readonly requestDigest: Bytes };

/** What is known of a request that was made for one sale and paid: a row for each currency. */
export type RequestRow = Request & {
  /** The payment that it is marked with. */
  readonly paymentId: Bytes;
  readonly currency: number;
  /** The largest payment of it in this currency. */
  readonly mostMinor: bigint;
};

/** An accepted payment, as its request sees it. */
export type RequestPayment = Request & {
  readonly paymentId: Bytes;
  readonly currency: number;
  readonly amountMinor: bigint;
  /** Whether the request was made for one sale. */
  readonly once: boolean;
  /** Accepted before a restore, and so again, whatever was paid for the request since. */
  readonly isStanding?: boolean;
};

/** `before` is null when the request was not marked. */
export type PaidRequest = Request & { readonly before: Bytes | null; readonly after: Bytes };

/** The most that was paid for a request in another currency than that of the payment it is marked with. */
export type OutpaidRequest = Request & { readonly currency: number; readonly mostMinor: bigint };

export type Snapshot = {
  readonly accounts: readonly AccountRow[];
  /** In all currencies of every account that money is to move to or from. */
  readonly balances: readonly BalanceRow[];
  readonly paidRequests: readonly RequestRow[];
};

export type Entry = {
  readonly account: Bytes;
  readonly version: bigint;
  readonly currency: number;
  readonly amountMinor: bigint;
  readonly balanceAfterMinor: bigint;
  readonly transfer: bigint;
  readonly paymentId: Bytes | null;
  readonly counterparty: Bytes;
};

export type Transfer = {
  readonly from: Bytes;
  readonly to: Bytes;
  readonly currency: number;
  readonly amountMinor: bigint;
  readonly transfer: bigint;
  readonly paymentId: Bytes | null;
};

/** `before` is null when the account has never held this currency. */
export type BalanceChange = {
  readonly account: Bytes;
  readonly currency: number;
  readonly before: BalanceState | null;
  readonly after: BalanceState;
};

export type Changes = {
  readonly entries: readonly Entry[];
  readonly balances: readonly BalanceChange[];
  readonly paidRequests: readonly PaidRequest[];
  readonly outpaid: readonly OutpaidRequest[];
};

/** What a decision may look at. */
export type BooksView = {
  account(id: Bytes): AccountRow | undefined;
  /** Undefined when the account has never held this currency. */
  balance(account: Bytes, currency: number): bigint | undefined;
  /** What may be paid from: neither set aside nor owed. Below zero when more is owed than is there. */
  available(account: Bytes, currency: number): bigint;
  owed(account: Bytes, currency: number): bigint;
  /** Whether it was made for one sale and somebody has paid it. */
  isPaid(payee: Bytes, requestDigest: Bytes): boolean;
  /** The largest payment of the request, as one made for one sale, in this currency. */
  paidMost(payee: Bytes, requestDigest: Bytes, currency: number): bigint;
};

/** A debt, as far as its account could give it back at once. */
export type Debt = {
  readonly account: Bytes;
  readonly currency: number;
  readonly amountMinor: bigint;
};

export type Books = BooksView & {
  post(transfer: Transfer): void;
  /** Sets aside, or with a negative amount frees. */
  hold(account: Bytes, currency: number, amountMinor: bigint): void;
  /** Notes a debt, or with a negative amount that it was given back. */
  owe(account: Bytes, currency: number, amountMinor: bigint): void;
  debts(): Debt[];
  notePaid(payment: RequestPayment): void;
  changes(): Changes;
};

const BALANCE_MAX = WIRE_AMOUNT_MAX;
const BALANCE_MIN = -WIRE_AMOUNT_MAX - 1n;

export function fitsBalance(minor: bigint): boolean {
  return minor <= BALANCE_MAX && minor >= BALANCE_MIN;
}

/** Of any bytes: a Buffer made only to be asked would cost as much again. */
const latin1 = Buffer.prototype.latin1Slice as (this: Uint8Array) => string;

/** One character a byte: equal texts exactly for equal bytes, and cheap to make. */
export function keyOf(first: Uint8Array, second?: Uint8Array): string {
  const text = latin1.call(first);
  return second ? `${text}|${latin1.call(second)}` : text;
}

/** One account, open: everything about it is found by one look. */
type Page = {
  readonly id: Bytes;
  readonly row: AccountRow | undefined;
  readonly balances: BalancePage[];
  version: bigint;
};

type BalancePage = {
  readonly account: Bytes;
  readonly currency: number;
  readonly before: BalanceState | null;
  balance: bigint;
  held: bigint;
  owed: bigint;
  version: bigint;
};

type RequestPage = {
  readonly request: Request;
  readonly before: Bytes | null;
  paymentId: Bytes | null;
  markCurrency: number;
  readonly mostMinor: Map<number, bigint>;
};

const NOTHING: BalanceState = { balance: 0n, held: 0n, owed: 0n, version: 0n };

class OpenBooks implements Books {
  readonly #pages = new Map<string, Page>();
  /** The same pages by the very object that names them: of one order, asked for many times. */
  readonly #seen = new Map<Bytes, Page>();
  readonly #requests = new Map<string, RequestPage>();
  readonly #entries: Entry[] = [];

  constructor(snapshot: Snapshot) {
    for (const row of snapshot.accounts) {
      this.#pages.set(keyOf(row.id), { id: row.id, row, balances: [], version: 0n });
    }
    for (const { account, currency, balance, held, owed, version } of snapshot.balances) {
      const page = this.#page(account);
      // Several statements may have read the same row.
      if (page.balances.some((known) => known.currency === currency)) continue;
      const before = { balance, held, owed, version };
      page.balances.push({ account, currency, before, balance, held, owed, version });
      if (version > page.version) page.version = version;
    }
    for (const request of snapshot.paidRequests) {
      const { currency, mostMinor } = request;
      const most = this.#requestPage(request, request.paymentId).mostMinor;
      if (mostMinor > (most.get(currency) ?? 0n)) most.set(currency, mostMinor);
    }
  }

  #page(id: Bytes): Page {
    const seen = this.#seen.get(id);
    if (seen) return seen;
    const key = keyOf(id);
    const page = this.#pages.get(key) ?? { id, row: undefined, balances: [], version: 0n };
    this.#pages.set(key, page);
    this.#seen.set(id, page);
    return page;
  }

  account(id: Bytes): AccountRow | undefined {
    return this.#page(id).row;
  }

  balance(account: Bytes, currency: number): bigint | undefined {
    return this.#find(account, currency)?.balance;
  }

  available(account: Bytes, currency: number): bigint {
    const { balance, held, owed } = this.#find(account, currency) ?? NOTHING;
    return balance - held - owed;
  }

  owed(account: Bytes, currency: number): bigint {
    return (this.#find(account, currency) ?? NOTHING).owed;
  }

  #find(account: Bytes, currency: number): BalancePage | undefined {
    for (const page of this.#page(account).balances) if (page.currency === currency) return page;
    return undefined;
  }

  /** The page to write on, opened when the account has never held this currency. */
  #balancePage(account: Bytes, currency: number): BalancePage {
    const found = this.#find(account, currency);
    if (found) return found;
    const opened = { account, currency, before: null, ...NOTHING };
    this.#page(account).balances.push(opened);
    return opened;
  }

  isPaid(payee: Bytes, requestDigest: Bytes): boolean {
    return (this.#requests.get(keyOf(payee, requestDigest))?.paymentId ?? null) !== null;
  }

  paidMost(payee: Bytes, requestDigest: Bytes, currency: number): bigint {
    return this.#requests.get(keyOf(payee, requestDigest))?.mostMinor.get(currency) ?? 0n;
  }

  #requestPage({ payee, requestDigest }: Request, before: Bytes | null = null): RequestPage {
    const key = keyOf(payee, requestDigest);
    const page = this.#requests.get(key) ?? {
      request: { payee, requestDigest },
      before,
      paymentId: before,
      markCurrency: 0,
      mostMinor: new Map(),
    };
    this.#requests.set(key, page);
    return page;
  }

  #enter(account: Bytes, amountMinor: bigint, counterparty: Bytes, transfer: Transfer): void {
    const page = this.#page(account);
    assert(page.row !== undefined, 'money moves only between locked accounts');
    const funds = this.#balancePage(account, transfer.currency);
    const balance = funds.balance + amountMinor;
    assert(fitsBalance(balance), 'a balance stays within 64 bits');
    assert(balance >= 0n || page.row.kind !== 'person', 'no person goes below zero');
    assert(balance >= funds.held || page.row.kind !== 'person', 'what is set aside stays there');
    page.version += 1n;
    funds.balance = balance;
    funds.version = page.version;
    this.#entries.push({
      account,
      version: page.version,
      currency: transfer.currency,
      amountMinor,
      balanceAfterMinor: balance,
      transfer: transfer.transfer,
      paymentId: transfer.paymentId,
      counterparty,
    });
  }

  post(transfer: Transfer): void {
    assert(transfer.amountMinor > 0n, 'a transfer moves something');
    this.#enter(transfer.from, -transfer.amountMinor, transfer.to, transfer);
    this.#enter(transfer.to, transfer.amountMinor, transfer.from, transfer);
  }

  hold(account: Bytes, currency: number, amountMinor: bigint): void {
    const funds = this.#balancePage(account, currency);
    const held = funds.held + amountMinor;
    assert(held >= 0n && held <= funds.balance, 'what is set aside is there');
    funds.held = held;
  }

  owe(account: Bytes, currency: number, amountMinor: bigint): void {
    const funds = this.#balancePage(account, currency);
    assert(funds.owed + amountMinor >= 0n, 'nobody gives back more than is owed');
    funds.owed += amountMinor;
  }

  *#balancePages(): Iterable<BalancePage> {
    for (const { balances } of this.#pages.values()) yield* balances;
  }

  debts(): Debt[] {
    const debts: Debt[] = [];
    for (const { account, currency, balance, held, owed } of this.#balancePages()) {
      if (owed === 0n) continue;
      const free = balance - held;
      const amountMinor = owed < free ? owed : free;
      if (amountMinor > 0n) debts.push({ account, currency, amountMinor });
    }
    return debts;
  }

  notePaid(payment: RequestPayment): void {
    const { currency, amountMinor, paymentId, once, isStanding = false } = payment;
    // Whoever does not claim to pay the one sale neither marks the request nor outpays its payment.
    if (!once) return;
    const page = this.#requestPage(payment);
    const mostMinor = page.mostMinor.get(currency) ?? 0n;
    const isMost = page.paymentId === null || amountMinor > mostMinor;
    assert(isMost || isStanding, 'only more is paid again');
    if (!isMost) return;
    page.paymentId = paymentId;
    page.markCurrency = currency;
    page.mostMinor.set(currency, amountMinor);
  }

  changes(): Changes {
    const balances: BalanceChange[] = [];
    for (const page of this.#balancePages()) {
      const { account, currency, before, balance, held, owed, version } = page;
      const isSame =
        before?.version === version &&
        before.balance === balance &&
        before.held === held &&
        before.owed === owed;
      if (isSame) continue;
      balances.push({ account, currency, before, after: { balance, held, owed, version } });
    }
    const paidRequests: PaidRequest[] = [];
    const outpaid: OutpaidRequest[] = [];
    for (const { request, before, paymentId, markCurrency, mostMinor } of this.#requests.values()) {
      if (!paymentId || paymentId === before) continue;
      const { payee, requestDigest } = request;
      paidRequests.push({ payee, requestDigest, before, after: paymentId });
      for (const [currency, most] of mostMinor) {
        if (currency !== markCurrency) outpaid.push({ ...request, currency, mostMinor: most });
      }
    }
    return { entries: this.#entries, balances, paidRequests, outpaid };
  }
}

export function openBooks(snapshot: Snapshot): Books {
  return new OpenBooks(snapshot);
}
