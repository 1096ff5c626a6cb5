/** Owns reading all activity of this phone page by page, as one list without holes and without doubles. */
import type { StatementEntry } from '#protocol/wire.ts';
import type { TakenCounterfoil } from '#wallet/offline-records.ts';
import type { Payment } from '#wallet/payment.ts';
import type { WalletStore } from '#wallet/ports.ts';
import { type ActivityLine, lineOfEntry, lineOfPayment, lineOfTaken } from './activity-lines.ts';

const PAGE = 200;

export type HistoryStore = Pick<
  WalletStore,
  'readPayments' | 'readEntries' | 'readPayment' | 'readTakenList' | 'readRequest'
>;

export type ActivityHistory = {
  /** Newest first, as far as it has been read. */
  lines(): readonly ActivityLine[];
  /** Everything there is has been read. */
  complete(): boolean;
  /** Reads the next page of both sources. */
  more(): Promise<void>;
  /** Reads again what may have changed: the newest page and what was still on its way. */
  refresh(): Promise<void>;
};

/** One source, newest first, with the place from where to read on. */
type Source<Cursor> = {
  lines: ActivityLine[];
  cursor?: Cursor;
  ended: boolean;
};

type PaymentCursor = Pick<Payment, 'createdAtMs' | 'seq'>;

type TakenCursor = Pick<TakenCounterfoil, 'takenAtMs' | 'seq'>;

function merge(mine: readonly ActivityLine[], theirs: readonly ActivityLine[]): ActivityLine[] {
  const merged: ActivityLine[] = [];
  let i = 0;
  let k = 0;
  while (i < mine.length || k < theirs.length) {
    const a = mine[i];
    const b = theirs[k];
    if (a && (!b || a.atMs >= b.atMs)) {
      merged.push(a);
      i += 1;
    } else if (b) {
      merged.push(b);
      k += 1;
    }
  }
  return merged;
}

/** Lines of the newest page first, then those known before that are not in it. */
function renewed(fresh: readonly ActivityLine[], known: readonly ActivityLine[]): ActivityLine[] {
  const keys = new Set(fresh.map(({ key }) => key));
  return [...fresh, ...known.filter(({ key }) => !keys.has(key))];
}

class History implements ActivityHistory {
  private readonly store: HistoryStore;
  private readonly mine: Source<PaymentCursor> = { lines: [], ended: false };
  private readonly theirs: Source<number> = { lines: [], ended: false };
  private readonly taken: Source<TakenCursor> = { lines: [], ended: false };
  private merged: readonly ActivityLine[] = [];

  constructor(store: HistoryStore) {
    this.store = store;
  }

  lines(): readonly ActivityLine[] {
    return this.merged;
  }

  complete(): boolean {
    return this.mine.ended && this.theirs.ended && this.taken.ended;
  }

  async more(): Promise<void> {
    await Promise.all([this.morePayments(), this.moreEntries(), this.moreTaken()]);
    this.combine();
  }

  async refresh(): Promise<void> {
    const [payments, entries, taken] = await Promise.all([
      this.store.readPayments(PAGE),
      this.store.readEntries(PAGE),
      this.store.readTakenList(PAGE),
    ]);
    // What is paid has its entry, however old the page is that it stood on.
    const paid = new Set(taken.filter(({ state }) => state === 'accepted').map(({ id }) => id));
    const coming = renewed(await this.coming(taken), this.taken.lines);
    this.taken.lines = coming.filter(({ key }) => !paid.has(key));
    const fresh = renewed(payments.map(lineOfPayment), this.mine.lines);
    // What was on its way may have arrived, however old it is.
    this.mine.lines = await Promise.all(
      fresh.map(async (line) => {
        if (line.state !== 'promised') return line;
        const payment = await this.store.readPayment(line.key);
        return payment ? lineOfPayment(payment) : line;
      }),
    );
    this.theirs.lines = renewed(await this.foreign(entries), this.theirs.lines);
    this.combine();
  }

  private async morePayments(): Promise<void> {
    const { mine } = this;
    if (mine.ended) return;
    const page = await this.store.readPayments(PAGE, mine.cursor);
    const last = page.at(-1);
    // A short page may hold records that cannot be read: only an empty one is the end.
    if (last) mine.cursor = { createdAtMs: last.createdAtMs, seq: last.seq };
    else mine.ended = true;
    mine.lines = [...mine.lines, ...page.map(lineOfPayment)];
  }

  private async moreEntries(): Promise<void> {
    const { theirs } = this;
    if (theirs.ended) return;
    const page = await this.store.readEntries(PAGE, theirs.cursor);
    const last = page.at(-1);
    if (last) theirs.cursor = last.version;
    else theirs.ended = true;
    theirs.lines = [...theirs.lines, ...(await this.foreign(page))];
  }

  private async moreTaken(): Promise<void> {
    const { taken } = this;
    if (taken.ended) return;
    const page = await this.store.readTakenList(PAGE, taken.cursor);
    const last = page.at(-1);
    if (last) taken.cursor = { takenAtMs: last.takenAtMs, seq: last.seq };
    else taken.ended = true;
    taken.lines = [...taken.lines, ...(await this.coming(page))];
  }

  /** Entries that are no payment of this phone: its own record of a payment says more than the entry. */
  private async foreign(entries: readonly StatementEntry[]): Promise<ActivityLine[]> {
    const known = new Set(this.mine.lines.map(({ key }) => key));
    const lines = await Promise.all(
      entries.map(async (entry) => {
        const { paymentId } = entry;
        if (entry.amountMinor >= 0n) return this.asked(lineOfEntry(entry), entry.requestDigest);
        if (paymentId === undefined) return lineOfEntry(entry);
        // A promise made long ago and settled now lies on an older page, which may not be read yet.
        if (known.has(paymentId) || (await this.store.readPayment(paymentId))) return undefined;
        return lineOfEntry(entry);
      }),
    );
    return lines.filter((line) => line !== undefined);
  }

  private async coming(taken: readonly TakenCounterfoil[]): Promise<ActivityLine[]> {
    const lines = await Promise.all(
      taken.map(async (each) => {
        const line = lineOfTaken(each);
        return line && this.asked(line, each.requestDigest);
      }),
    );
    return lines.filter((line) => line !== undefined);
  }

  /** With this phone's own request, to which it was paid. */
  private async asked(line: ActivityLine, digest: string | undefined): Promise<ActivityLine> {
    const request = digest === undefined ? undefined : await this.store.readRequest(digest);
    return request ? { ...line, requestText: request.text } : line;
  }

  /** Nothing older than the end of what one source gave so far, or the list would have a hole. */
  private combine(): void {
    const { mine, theirs, taken } = this;
    const floorMs = Math.max(
      mine.ended ? 0 : (mine.lines.at(-1)?.atMs ?? 0),
      theirs.ended ? 0 : (theirs.lines.at(-1)?.atMs ?? 0),
      taken.ended ? 0 : (taken.cursor?.takenAtMs ?? 0),
    );
    const all = merge(merge(mine.lines, theirs.lines), taken.lines);
    this.merged = all.filter(({ atMs }) => atMs >= floorMs);
  }
}

export function createActivityHistory(store: HistoryStore): ActivityHistory {
  return new History(store);
}
