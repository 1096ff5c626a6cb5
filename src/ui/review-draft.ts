/** Owns what a person has entered in review, and the draft it makes with the request. Pure. */
import { formatMinor } from '#protocol/amount.ts';
import type { TipOrFee } from '#protocol/payable-total.ts';
import { type PayableTotal, payableTotal } from '#protocol/payable-total.ts';
import type { PaymentRequest } from '#protocol/payment-request.ts';
import { accept, type Outcome } from '#protocol/refusals.ts';
import type { Draft } from '#wallet/authorize.ts';
import type { StoredDraft } from '#wallet/records.ts';
import { entryMinor } from './amount-entry.ts';

/** Percents offered as a tip where the code asks for one. */
export const TIP_PERCENTS = ['5', '10', '15'] as const;
export type TipChoice = 'none' | (typeof TIP_PERCENTS)[number] | 'own';

export type Entry = {
  /** As typed; unused where the code fixes the amount. */
  readonly amountText: string;
  readonly tip: TipChoice;
  readonly ownTipText: string;
  readonly note: string;
};

export const EMPTY_ENTRY: Entry = { amountText: '', tip: 'none', ownTipText: '', note: '' };

export type Review = { readonly draft: Draft; readonly total: PayableTotal };

export function asksForTip(tipOrFee: TipOrFee | undefined): boolean {
  return tipOrFee?.kind === 'tip-prompt';
}

function tipOf(request: PaymentRequest, entry: Entry, amountMinor: bigint): bigint {
  if (!asksForTip(request.tipOrFee) || entry.tip === 'none') return 0n;
  if (entry.tip === 'own') return entryMinor(entry.ownTipText, request.exponent);
  return (amountMinor * BigInt(entry.tip) + 50n) / 100n;
}

/** Refusals: amount_zero (nothing entered yet), amount_too_large. */
export function reviewOf(request: PaymentRequest, entry: Entry): Outcome<Review> {
  const amountMinor = request.amountMinor ?? entryMinor(entry.amountText, request.exponent);
  const tipMinor = tipOf(request, entry, amountMinor);
  const total = payableTotal(amountMinor, request.tipOrFee, tipMinor);
  if (!total.ok) return total;
  const { feeMinor } = total.value;
  const note = entry.note.trim();
  return accept({
    draft: { request, amountMinor, tipMinor, feeMinor, ...(note && { note }) },
    total: total.value,
  });
}

/** `12.50` as `12.5`, as a person would have typed it. */
function typedText(minor: bigint | undefined, exponent: number): string {
  if (!minor) return '';
  const text = formatMinor(minor, exponent);
  return exponent > 0 ? text.replace(/\.?0+$/, '') : text;
}

/** What was entered before a reload, for the same request only. */
export function restoreEntry(request: PaymentRequest, stored: StoredDraft | undefined): Entry {
  if (!stored || stored.requestText !== request.text) return EMPTY_ENTRY;
  return {
    amountText: typedText(stored.amountMinor, request.exponent),
    tip: stored.tipMinor ? 'own' : 'none',
    ownTipText: typedText(stored.tipMinor, request.exponent),
    note: stored.note ?? '',
  };
}

export function storedDraftOf(request: PaymentRequest, entry: Entry, nowMs: number): StoredDraft {
  const amountMinor = entryMinor(entry.amountText, request.exponent);
  const tipMinor = tipOf(request, entry, request.amountMinor ?? amountMinor);
  return {
    requestText: request.text,
    savedAtMs: nowMs,
    ...(amountMinor > 0n && { amountMinor }),
    ...(tipMinor > 0n && { tipMinor }),
    ...(entry.note && { note: entry.note }),
  };
}
