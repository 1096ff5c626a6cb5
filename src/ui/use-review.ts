/** Owns the state of a review: the request read, what was entered, and an order ready to be signed. */
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { toBase64url } from '#protocol/bytes.ts';
import { requestDigest } from '#protocol/order.ts';
import type { PaymentRequest } from '#protocol/payment-request.ts';
import { type Outcome, type RefusalCode, refuse } from '#protocol/refusals.ts';
import { readScannedText } from '#protocol/scanned-text.ts';
import { GENERIC_SCHEME, OWN_SCHEME, schemeOf } from '#protocol/schemes.ts';
import { checkAsked, type PreparedOrder, prepareOrder } from '#wallet/authorize.ts';
import type { PayingView, StoredDraft } from '#wallet/records.ts';
import { dropDraft } from './actions/pay.ts';
import { type Entry, type Review, restoreEntry, reviewOf, storedDraftOf } from './review-draft.ts';
import { place } from './router.ts';
import { type Stored, useStored, useWallet } from './wallet-context.ts';

/** What `/pay` was opened with: a request to review, or why there is none. */
export type Asked =
  | { readonly kind: 'request'; readonly request: PaymentRequest }
  /** `scheme` is whose code it is, in its own name, where that is known. */
  | { readonly kind: 'refused'; readonly code: RefusalCode; readonly scheme?: string }
  | { readonly kind: 'nothing' };

/** `r` is a pay link's own text, `l` a whole web+counterfoil: link; neither: the draft of last time. */
export function askedText(query: URLSearchParams, stored: StoredDraft | undefined): string {
  return query.get('r') ?? query.get('l') ?? stored?.requestText ?? '';
}

export function readAsked(text: string): Asked {
  if (text.trim() === '') return { kind: 'nothing' };
  const scanned = readScannedText(text);
  if (scanned.kind === 'foreign') {
    return { kind: 'refused', code: scanned.refusal.code, scheme: scanned.code.name };
  }
  if (scanned.kind !== 'payment-request' && scanned.kind !== 'unknown') {
    return { kind: 'refused', code: 'not_a_payment_request' };
  }
  if (scanned.kind !== 'payment-request') {
    return { kind: 'refused', code: scanned.refusal.code };
  }
  const { reading } = scanned;
  const slug = reading.ok ? reading.value.scheme : reading.scheme;
  const named = slug !== OWN_SCHEME && slug !== GENERIC_SCHEME;
  const scheme = named ? { scheme: schemeOf(slug).name } : {};
  if (!reading.ok) return { kind: 'refused', code: reading.refusal.code, ...scheme };
  if (!reading.value.counterfoil) {
    return { kind: 'refused', code: 'scheme_not_supported', ...scheme };
  }
  return { kind: 'request', request: reading.value };
}

/** An order's times are of the minute in which the person taps, not of when the screen was opened. */
const PREPARE_EVERY_MS = 30_000;

function useNow(): number {
  const { clock } = useWallet();
  const [nowMs, setNowMs] = useState(() => clock.nowMs());
  useEffect(() => {
    const timer = setInterval(() => setNowMs(clock.nowMs()), PREPARE_EVERY_MS);
    return () => clearInterval(timer);
  }, [clock]);
  return nowMs;
}

export type ReviewState = {
  readonly entry: Entry;
  readonly setEntry: (entry: Entry) => void;
  readonly review: Outcome<Review>;
  readonly paying: Stored<Outcome<PayingView>>;
  readonly nowMs: number;
  /** Ready before the button is, so that the tap itself can sign. Undefined while still reading. */
  readonly prepared: Outcome<PreparedOrder> | undefined;
  /** The promise is kept: what was entered is no longer a draft. */
  readonly endDraft: () => void;
};

export function useReview(request: PaymentRequest, stored: StoredDraft | undefined): ReviewState {
  const wallet = useWallet();
  const [entry, setEntry] = useState(() => restoreEntry(request, stored));
  const nowMs = useNow();
  const digest = useMemo(() => toBase64url(requestDigest(request.text)), [request]);
  const paying = useStored(digest, ['payments', 'wallet', 'outbox'], (w) =>
    w.store.readPaying(digest),
  );
  const review = useMemo(() => reviewOf(request, entry), [request, entry]);

  const ended = useRef(false);
  // At every key: a page may end at any moment, and what it starts to write then is lost.
  useEffect(() => {
    if (ended.current) return;
    const draft = storedDraftOf(request, entry, wallet.clock.nowMs());
    wallet.store.writeDraft(draft).catch(() => {});
  }, [wallet, request, entry]);

  // Going elsewhere in the app gives it up, but not to the money set aside that stood in its way; a
  // reload or an update does not come by here.
  useEffect(
    () => () => {
      if (ended.current) return;
      void (place.peek().path === '/offline' ? wallet.reread() : dropDraft(wallet));
    },
    [wallet],
  );

  const prepared = useMemo(() => {
    if (paying.kind === 'reading') return undefined;
    if (paying.kind === 'unreadable') return refuse('store_unreadable');
    if (!paying.value.ok) return paying.value;
    const situation = { ...paying.value.value, nowMs };
    if (review.ok) return prepareOrder(review.value.draft, situation, wallet.random);
    const asked = checkAsked(request, situation);
    return asked.ok ? review : asked;
  }, [paying, request, review, nowMs, wallet]);

  const endDraft = () => {
    ended.current = true;
  };
  return { entry, setEntry, review, paying, nowMs, prepared, endDraft };
}
