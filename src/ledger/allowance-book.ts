/** Owns the allowances of one group: as they were read, what is paid under them, and which end. Pure. */
import { type AllowanceLimits, coverFault } from '#protocol/allowance.ts';
import type { Bytes } from '#protocol/bytes.ts';
import type { Order } from '#protocol/order.ts';
import { assert } from '#protocol/refusals.ts';
import { type Books, keyOf } from './books.ts';

export type ClosedReason = 'replaced' | 'released' | 'expired' | 'frozen' | 'stopped';

export type AllowanceRow = AllowanceLimits & {
  /** The id of the passkey whose orders it covers. */
  readonly credential: Bytes;
  /** Paid from what it holds. */
  readonly spentMinor: bigint;
  /** Paid under it from any source. */
  readonly drawnMinor: bigint;
  readonly isOpen: boolean;
};

/** What a covered payment is paid from: what was set aside, the payer's balance, or the operator. */
export type PaymentSource = 'hold' | 'balance' | 'guarantee';

export type AllowanceChange = {
  readonly before: AllowanceRow;
  readonly after: AllowanceRow;
  /** Why it ended now; absent while it goes on. */
  readonly closed?: ClosedReason;
};

/** What is still set aside for it. */
export function unspentMinor({ isOpen, totalMinor, spentMinor }: AllowanceRow): bigint {
  return isOpen ? totalMinor - spentMinor : 0n;
}

export type AllowanceBook = {
  /** The allowance that covers the order. A closed one does, too: payees cannot know that it ended. */
  coverOf(order: Order): AllowanceRow | undefined;
  /** Whether the books know it, whatever it covers. */
  isKnown(account: Bytes, id: Bytes): boolean;
  /** As it is now. */
  current(allowance: AllowanceRow): AllowanceRow;
  openOnes(account: Bytes): AllowanceRow[];
  draw(allowance: AllowanceRow, amountMinor: bigint, source: PaymentSource): void;
  /** What is unspent of it becomes free. */
  close(allowance: AllowanceRow, reason: ClosedReason): void;
  changes(): AllowanceChange[];
};

type Page = { readonly before: AllowanceRow; now: AllowanceRow; closed?: ClosedReason };

class OpenAllowanceBook implements AllowanceBook {
  readonly #pages = new Map<string, Page>();
  readonly #books: Pick<Books, 'hold'>;

  constructor(rows: readonly AllowanceRow[], books: Pick<Books, 'hold'>) {
    for (const row of rows) this.#pages.set(keyOf(row.account, row.id), { before: row, now: row });
    this.#books = books;
  }

  #page({ account, id }: Pick<AllowanceRow, 'account' | 'id'>): Page {
    const page = this.#pages.get(keyOf(account, id));
    assert(page !== undefined, 'an allowance was read before it is changed');
    return page;
  }

  coverOf(order: Order): AllowanceRow | undefined {
    if (!order.allowance) return undefined;
    const row = this.#pages.get(keyOf(order.payer, order.allowance))?.now;
    return row && coverFault(order, row) === undefined ? row : undefined;
  }

  isKnown(account: Bytes, id: Bytes): boolean {
    return this.#pages.has(keyOf(account, id));
  }

  current(allowance: AllowanceRow): AllowanceRow {
    return this.#page(allowance).now;
  }

  openOnes(account: Bytes): AllowanceRow[] {
    return [...this.#pages.values()]
      .map((page) => page.now)
      .filter((row) => row.isOpen && Buffer.compare(row.account, account) === 0);
  }

  draw(allowance: AllowanceRow, amountMinor: bigint, source: PaymentSource): void {
    const page = this.#page(allowance);
    const { account, currency, drawnMinor, spentMinor } = page.now;
    page.now = { ...page.now, drawnMinor: drawnMinor + amountMinor };
    if (source !== 'hold') return;
    assert(amountMinor <= unspentMinor(page.now), 'no more is drawn than is set aside');
    page.now = { ...page.now, spentMinor: spentMinor + amountMinor };
    this.#books.hold(account, currency, -amountMinor);
  }

  close(allowance: AllowanceRow, reason: ClosedReason): void {
    const page = this.#page(allowance);
    assert(page.now.isOpen, 'an allowance ends once');
    this.#books.hold(page.now.account, page.now.currency, -unspentMinor(page.now));
    page.now = { ...page.now, isOpen: false };
    page.closed = reason;
  }

  changes(): AllowanceChange[] {
    return [...this.#pages.values()]
      .filter(({ before, now }) => before !== now)
      .map(({ before, now, closed }) => ({ before, after: now, ...(closed && { closed }) }));
  }
}

export function openAllowanceBook(
  rows: readonly AllowanceRow[],
  books: Pick<Books, 'hold'>,
): AllowanceBook {
  return new OpenAllowanceBook(rows, books);
}
