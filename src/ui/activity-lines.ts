/** Owns what stands in a list of activity: the payments of this phone and the server's entries as one. */
import type { StatementEntry } from '#protocol/wire.ts';
import type { TakenCounterfoil } from '#wallet/offline-records.ts';
import type { Payment, PaymentState } from '#wallet/payment.ts';

/** One line, newest first in every list. */
export type ActivityLine = {
  /** Stable: payment id where there is one, else `v` and the entry's version. Also the story's address. */
  readonly key: string;
  readonly direction: 'out' | 'in';
  readonly kind: StatementEntry['kind'];
  /** `guaranteed` and `doubted`: taken from a payer's screen, not settled yet. */
  readonly state: PaymentState | 'received' | 'guaranteed' | 'doubted';
  /** Account id of the other side; empty for money put in. */
  readonly counterparty: string;
  /** May be empty: then the account id is all that is known. */
  readonly name: string;
  /** Never negative. */
  readonly amountMinor: bigint;
  readonly currency: number;
  readonly atMs: number;
  readonly note?: string;
  /** The request that was paid, where this phone has it: its words are searched and not shown. */
  readonly requestText?: string;
};

export function lineOfPayment(payment: Payment): ActivityLine {
  return {
    key: payment.id,
    direction: 'out',
    kind: 'payment',
    state: payment.state,
    counterparty: payment.payee,
    name: payment.payeeName,
    amountMinor: payment.amountMinor,
    currency: payment.currency,
    atMs: payment.createdAtMs,
    requestText: payment.requestText,
    ...(payment.note !== undefined && { note: payment.note }),
  };
}

export function lineOfEntry(entry: StatementEntry): ActivityLine {
  const out = entry.amountMinor < 0n;
  return {
    key: entry.paymentId ?? `v${entry.version}`,
    direction: out ? 'out' : 'in',
    kind: entry.kind,
    state: out ? 'accepted' : 'received',
    counterparty: entry.counterparty,
    name: entry.counterpartyName,
    amountMinor: out ? -entry.amountMinor : entry.amountMinor,
    currency: entry.currency,
    atMs: entry.postedAtMs,
    ...(entry.note !== undefined && { note: entry.note }),
  };
}

/** Undefined once it is paid: then the server's entry says it, with the payer's name. */
export function lineOfTaken(taken: TakenCounterfoil): ActivityLine | undefined {
  const { state } = taken;
  if (state === 'accepted') return undefined;
  const waiting = taken.guaranteed ? 'guaranteed' : 'doubted';
  return {
    key: taken.id,
    direction: 'in',
    kind: 'payment',
    state: state === 'taken' ? waiting : state,
    counterparty: taken.payer,
    name: '',
    amountMinor: taken.amountMinor,
    currency: taken.currency,
    atMs: taken.takenAtMs,
    ...(taken.note !== undefined && { note: taken.note }),
  };
}

/**
 * All sources as one list, newest first. A payment of this phone is known better here than by the
 * server's entry, so its own line stands. Nothing older than `floorMs` is shown, or the list would
 * have a hole where the entries were read no further.
 */
export function mergeLines(
  payments: readonly Payment[],
  entries: readonly StatementEntry[],
  taken: readonly TakenCounterfoil[] = [],
  floorMs = 0,
): ActivityLine[] {
  const mine = payments.map(lineOfPayment);
  const known = new Set(mine.map(({ key }) => key));
  const theirs = entries.map(lineOfEntry).filter(({ key }) => !known.has(key));
  const entered = new Set(theirs.map(({ key }) => key));
  const coming = taken
    .map(lineOfTaken)
    .filter((line) => line !== undefined && !entered.has(line.key)) as ActivityLine[];
  return [...mine, ...theirs, ...coming]
    .filter(({ atMs }) => atMs >= floorMs)
    .sort((a, b) => b.atMs - a.atMs);
}
