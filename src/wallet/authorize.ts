/** Owns agreeing to a payment: checks before the person is asked, the order they sign, and the promise. */
import { checkAmount } from '#protocol/amount.ts';
import { type Assertion, checkAssertion } from '#protocol/assertion.ts';
import { encodeAuthorization } from '#protocol/authorization.ts';
import { fromBase32 } from '#protocol/base32.ts';
import { type Bytes, equalBytes, toBase64url } from '#protocol/bytes.ts';
import {
  ACCOUNT_ID_LENGTH,
  encodeOrder,
  NONCE_LENGTH,
  NOTE_CHARACTERS_MAX,
  noteOf,
  type Order,
  paymentId,
  requestDigest,
} from '#protocol/order.ts';
import type { OwnTemplate } from '#protocol/own-template.ts';
import { payableTotal } from '#protocol/payable-total.ts';
import type { PaymentRequest } from '#protocol/payment-request.ts';
import { accept, assert, type Outcome, refuse } from '#protocol/refusals.ts';
import type { ServerIdentity } from '#protocol/wire.ts';
import { drawnOrder } from './draw-allowance.ts';
import { occupiesRequest, type Payment } from './payment.ts';
import type { Clock, Random, Store } from './ports.ts';
import { presentMs } from './present.ts';
import { promisedPayment } from './promised-payment.ts';
import { OUTBOX_ITEMS_MAX, type PayingView } from './records.ts';

/**
 * How long after its approval an order may be settled. The request's own valid-until limits when it
 * may be approved; an honest payer without a network needs days to reach the server after that.
 */
export const VALIDITY_MS = 7 * 24 * 60 * 60 * 1000;

/** What the person is about to agree to. `amountMinor` is without tip and fee. */
export type Draft = {
  readonly request: PaymentRequest;
  readonly amountMinor: bigint;
  readonly tipMinor: bigint;
  readonly feeMinor: bigint;
  readonly note?: string;
};

/** What the checks need to know: `Store.readPaying` and the time. */
export type Situation = PayingView & { readonly nowMs: number };

/** An order ready to be signed: `id` is the payment id and the WebAuthn challenge. */
export type PreparedOrder = {
  readonly id: Bytes;
  readonly order: Order;
  readonly orderBytes: Bytes;
  readonly draft: Draft;
};

function checkRequest(request: PaymentRequest, situation: Situation): Outcome<OwnTemplate> {
  const { counterfoil, scheme } = request;
  if (!counterfoil) return refuse('scheme_not_supported', scheme);
  const { wallet, identity } = situation;
  if (!equalBytes(counterfoil.server, identity.server)) return refuse('wrong_server');
  const { validUntilS } = counterfoil;
  if (validUntilS !== undefined && validUntilS * 1000 < presentMs(situation)) {
    return refuse('request_expired');
  }
  const own = fromBase32(wallet.account.profile.account, ACCOUNT_ID_LENGTH);
  if (own && equalBytes(own, counterfoil.payee)) return refuse('own_account');
  return accept(counterfoil);
}

/** All that leaves the account, in minor units. Refusals: amount_zero, amount_too_large, input_invalid. */
function checkTotal(draft: Draft): Outcome<bigint> {
  const { request, amountMinor, tipMinor, feeMinor, note } = draft;
  assert(
    request.amountMinor === undefined || request.amountMinor === amountMinor,
    'an amount in the code is not changed',
  );
  const amount = checkAmount(amountMinor);
  if (!amount.ok) return amount;
  const total = payableTotal(amountMinor, request.tipOrFee, tipMinor);
  if (!total.ok) return total;
  assert(total.value.feeMinor === feeMinor, 'the fee is the one of the code');
  if (note !== undefined && [...note].length > NOTE_CHARACTERS_MAX) {
    return refuse('input_invalid', 'the note is too long');
  }
  return accept(total.value.totalMinor);
}

/** What stands in the way whatever the amount; answers what is not set aside or owed. */
function checkAccount(currency: number, situation: Situation): Outcome<bigint> {
  const { wallet, promised, sameRequest } = situation;
  const balance = wallet.account.balances.find((held) => held.currency === currency);
  if (!balance) return refuse('wrong_currency');
  if (wallet.account.frozen) return refuse('payer_frozen');
  if (sameRequest.some(occupiesRequest)) return refuse('already_paying');
  if (promised.length >= OUTBOX_ITEMS_MAX) return refuse('outbox_full');
  return accept(balance.amountMinor - balance.heldMinor - balance.owedMinor);
}

/** What an allowance covers is set aside already; everything else comes from what is left beside it. */
function checkFunds(order: Order, situation: Situation): Outcome<undefined> {
  const { currency, amountMinor } = order;
  const free = checkAccount(currency, situation);
  if (!free.ok) return free;
  if (order.allowance) return accept(undefined);
  let promised = 0n;
  for (const payment of situation.promised) {
    const isUncovered = payment.currency === currency && payment.allowance === undefined;
    if (isUncovered) promised += payment.amountMinor;
  }
  return amountMinor + promised > free.value ? refuse('over_balance') : accept(undefined);
}

/**
 * Before an amount is entered: nobody should type one for a request that they cannot pay anyway.
 * Refusals: those of `checkDraft` that no amount changes.
 */
export function checkAsked(request: PaymentRequest, situation: Situation): Outcome<undefined> {
  const own = checkRequest(request, situation);
  if (!own.ok) return own;
  const account = checkAccount(request.currency, situation);
  return account.ok ? accept(undefined) : account;
}

function orderOf(draft: Draft, own: OwnTemplate, amountMinor: bigint, situation: Situation): Order {
  const { wallet, identity } = situation;
  const payer = fromBase32(wallet.account.profile.account, ACCOUNT_ID_LENGTH);
  assert(payer !== null, 'the wallet has an account id');
  const nowMs = presentMs(situation);
  const authorizedAtMs = nowMs - (nowMs % 1000);
  const note = noteOf(draft.note ?? '');
  const order: Order = {
    server: identity.server,
    payer,
    payee: own.payee,
    amountMinor,
    currency: draft.request.currency,
    requestDigest: requestDigest(draft.request.text),
    once: own.requestId !== undefined,
    nonce: new Uint8Array(NONCE_LENGTH),
    device: wallet.device,
    seq: wallet.lastSeq + 1,
    authorizedAtS: authorizedAtMs / 1000,
    validUntilS: (authorizedAtMs + VALIDITY_MS) / 1000,
    ...(note && { note }),
    ...(draft.tipMinor > 0n && { tipMinor: draft.tipMinor }),
    ...(draft.feeMinor > 0n && { feeMinor: draft.feeMinor }),
  };
  return drawnOrder(order, situation) ?? order;
}

/** The order as it would be, without its nonce. */
function checkAll(draft: Draft, situation: Situation): Outcome<Order> {
  const request = checkRequest(draft.request, situation);
  if (!request.ok) return request;
  const total = checkTotal(draft);
  if (!total.ok) return total;
  const order = orderOf(draft, request.value, total.value, situation);
  const funds = checkFunds(order, situation);
  return funds.ok ? accept(order) : funds;
}

/**
 * In this order: scheme_not_supported, wrong_server, request_expired, own_account, amount_zero,
 * amount_too_large, input_invalid (note), wrong_currency, payer_frozen, already_paying, outbox_full,
 * over_balance.
 */
export function checkDraft(draft: Draft, situation: Situation): Outcome<undefined> {
  const checked = checkAll(draft, situation);
  return checked.ok ? accept(undefined) : checked;
}

/**
 * The order, with the device's next seq, drawing on the purse where that covers it (`order.allowance`
 * tells: such a payment is guaranteed to its payee). Sync on purpose: it runs before the Pay button is enabled,
 * so that the tap itself signs at once (F66). Refusals: those of `checkDraft`.
 */
export function prepareOrder(
  draft: Draft,
  situation: Situation,
  random: Random,
): Outcome<PreparedOrder> {
  const checked = checkAll(draft, situation);
  if (!checked.ok) return checked;
  const order: Order = { ...checked.value, nonce: random.bytes(NONCE_LENGTH) };
  const orderBytes = encodeOrder(order);
  return accept({ id: paymentId(orderBytes), order, orderBytes, draft });
}

/** What the passkey answered; `assertion.signature` is raw r‖s (`signatureFromDer`). */
export type Approval = {
  readonly credentialId: Bytes;
  readonly assertion: Assertion;
  /** The page's own: `location.origin`. */
  readonly origin: string;
};

/**
 * Checks the assertion as the server will (but for its arithmetic), encodes the authorization once,
 * and stores payment and outbox entry in one strict transaction. Only after `ok` may a screen say
 * "promised". Refusals: assertion_*, and those of `Store.promise`.
 */
export async function promisePayment(
  parts: { readonly store: Store; readonly clock: Clock },
  prepared: PreparedOrder,
  identity: ServerIdentity,
  approval: Approval,
): Promise<Outcome<Payment>> {
  const { rpId, origins } = identity;
  const approved = checkAssertion(approval.assertion, prepared.id, { rpId, origins });
  if (!approved.ok) return approved;
  const authorization = encodeAuthorization(
    prepared.orderBytes,
    approval.credentialId,
    approval.assertion,
    { rpId, origin: approval.origin },
  );
  const { request } = prepared.draft;
  const payment = promisedPayment(authorization, {
    requestText: request.text,
    payeeName: request.merchantName ?? '',
    createdAtMs: parts.clock.nowMs(),
  });
  assert(payment.ok, 'an authorization that we encode is one that we can read');
  assert(payment.value.id === toBase64url(prepared.id), 'the payment is the one that was signed');
  return parts.store.promise(payment.value);
}
