/** Owns the books of one group: the locked accounts as read, and what the group changes in them. Pure. */
import type { Bytes } from '#protocol/bytes.ts';
import { WIRE_AMOUNT_MAX } from '#protocol/order.ts';
import { assert } from '#protocol/refusals.ts';

export type AccountKind = 'person' | 'issuer' | 'system';

export type AccountRow = {
  readonly id: Bytes;
  readonly kind: AccountKind;
  readonly frozen: boolean;
  readonly version: bigint;
};

export type Funds = {
  /** All that the account holds. */
  readonly balance: bigint;
  /** Of it, set aside for allowances. */
  readonly held: bigint;
  /** What the operator has advanced to it. */
  readonly owed: bigint;
};

export type BalanceRow = Funds & { readonly account: Bytes; readonly currency: number };

type Request = { readonly payee: Bytes; readonly requestDigest: Bytes };

/** What is known of a request: which payment it is marked with, and what was paid for it. */
export type RequestRow = Request & {
  /** Null when nobody has paid it as one made for one sale. */
  readonly paymentId: Bytes | null;
  readonly currency: number;
  /** The largest accepted payment for it in this currency; zero when there is none. */
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

export type Snapshot = {
  readonly accounts: readonly AccountRow[];
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

export type VersionChange = {
  readonly account: Bytes;
  readonly before: bigint;
  readonly after: bigint;
};

/** `before` is null when the account has never held this currency. */
export type BalanceChange = {
  readonly account: Bytes;
  readonly currency: number;
  readonly before: Funds | null;
  readonly after: Funds;
};

export type Changes = {
  readonly entries: readonly Entry[];
  readonly versions: readonly VersionChange[];
  readonly balances: readonly BalanceChange[];
  readonly paidRequests: readonly PaidRequest[];
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
  /** The largest accepted payment for the request in this currency. */
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

/** One character a byte: equal texts exactly for equal bytes, and cheap to make. */
export function keyOf(...parts: readonly Uint8Array[]): string {
  return parts
    .map((part) => Buffer.from(part.buffer, part.byteOffset, part.length).toString('latin1'))
    .join('|');
}

type AccountPage = { readonly row: AccountRow; version: bigint };
type BalancePage = {
  readonly account: Bytes;
  readonly currency: number;
  readonly before: Funds | null;
  balance: bigint;
  held: bigint;
  owed: bigint;
};

type RequestPage = {
  readonly request: Request;
  readonly before: Bytes | null;
  paymentId: Bytes | null;
  readonly mostMinor: Map<number, bigint>;
};

const NO_FUNDS: Funds = { balance: 0n, held: 0n, owed: 0n };

class OpenBooks implements Books {
  readonly #accounts = new Map<string, AccountPage>();
  readonly #balances = new Map<string, BalancePage>();
  readonly #requests = new Map<string, RequestPage>();
  readonly #entries: Entry[] = [];

  constructor(snapshot: Snapshot) {
    for (const row of snapshot.accounts) {
      this.#accounts.set(keyOf(row.id), { row, version: row.version });
    }
    for (const { account, currency, balance, held, owed } of snapshot.balances) {
      const before = { balance, held, owed };
      this.#balances.set(`${keyOf(account)}${currency}`, { account, currency, before, ...before });
    }
    for (const { currency, mostMinor, ...request } of snapshot.paidRequests) {
      this.#requestPage(request, request.paymentId).mostMinor.set(currency, mostMinor);
    }
  }

  account(id: Bytes): AccountRow | undefined {
    return this.#accounts.get(keyOf(id))?.row;
  }

  balance(account: Bytes, currency: number): bigint | undefined {
    return this.#balances.get(`${keyOf(account)}${currency}`)?.balance;
  }

  available(account: Bytes, currency: number): bigint {
    const { balance, held, owed } = this.#funds(account, currency);
    return balance - held - owed;
  }

  owed(account: Bytes, currency: number): bigint {
    return this.#funds(account, currency).owed;
  }

  #funds(account: Bytes, currency: number): Funds {
    return this.#balances.get(`${keyOf(account)}${currency}`) ?? NO_FUNDS;
  }

  /** The page to write on, opened when the account has never held this currency. */
  #balancePage(account: Bytes, currency: number): BalancePage {
    const key = `${keyOf(account)}${currency}`;
    const page = this.#balances.get(key) ?? { account, currency, before: null, ...NO_FUNDS };
    this.#balances.set(key, page);
    return page;
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
      mostMinor: new Map(),
    };
    this.#requests.set(key, page);
    return page;
  }

  #enter(account: Bytes, amountMinor: bigint, counterparty: Bytes, transfer: Transfer): void {
    const page = this.#accounts.get(keyOf(account));
    assert(page !== undefined, 'money moves only between locked accounts');
    const funds = this.#balancePage(account, transfer.currency);
    const balance = funds.balance + amountMinor;
    assert(fitsBalance(balance), 'a balance stays within 64 bits');
    assert(balance >= 0n || page.row.kind !== 'person', 'no person goes below zero');
    assert(balance >= funds.held || page.row.kind !== 'person', 'what is set aside stays there');
    funds.balance = balance;
    page.version += 1n;
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

  debts(): Debt[] {
    return [...this.#balances.values()].flatMap(({ account, currency, balance, held, owed }) => {
      const free = balance - held;
      const amountMinor = owed < free ? owed : free;
      return amountMinor > 0n ? [{ account, currency, amountMinor }] : [];
    });
  }

  notePaid(payment: RequestPayment): void {
    const { currency, amountMinor, paymentId, once, isStanding = false, ...request } = payment;
    const page = this.#requestPage(request);
    const mostMinor = page.mostMinor.get(currency) ?? 0n;
    if (once) {
      const isMost = page.paymentId === null || amountMinor > mostMinor;
      assert(isMost || isStanding, 'only more is paid again');
      if (isMost) page.paymentId = paymentId;
    }
    if (amountMinor > mostMinor) page.mostMinor.set(currency, amountMinor);
  }

  #paidRequests(): PaidRequest[] {
    return [...this.#requests.values()].flatMap(({ request, before, paymentId }) =>
      paymentId && paymentId !== before ? [{ ...request, before, after: paymentId }] : [],
    );
  }

  changes(): Changes {
    const versions: VersionChange[] = [];
    for (const { row, version } of this.#accounts.values()) {
      if (version !== row.version) {
        versions.push({ account: row.id, before: row.version, after: version });
      }
    }
    const balances: BalanceChange[] = [];
    for (const { account, currency, before, balance, held, owed } of this.#balances.values()) {
      const isSame = before?.balance === balance && before.held === held && before.owed === owed;
      if (!isSame) balances.push({ account, currency, before, after: { balance, held, owed } });
    }
    return { entries: this.#entries, versions, balances, paidRequests: this.#paidRequests() };
  }
}

export function openBooks(snapshot: Snapshot): Books {
  return new OpenBooks(snapshot);
}
