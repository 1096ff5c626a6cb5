/** Owns agreeing to a payment: checks before the person is asked, the order they sign, and the promise. */
import type { Assertion } from '#protocol/assertion.ts';
import type { Bytes } from '#protocol/bytes.ts';
import type { Order } from '#protocol/order.ts';
import type { PaymentRequest } from '#protocol/payment-request.ts';
import type { Outcome } from '#protocol/refusals.ts';
import type { ServerIdentity } from '#protocol/wire.ts';
import type { Payment } from './payment.ts';
import type { Clock, Random, Store } from './ports.ts';
import type { WalletState } from './records.ts';

/**
 * How long after its approval an order may be settled. The request's own valid-until limits when it
 * may be approved; an honest payer without a network needs days to reach the server after that.
 */
export const VALIDITY_MS = 7 * 24 * 60 * 60 * 1000;
export const OUTBOX_ITEMS_MAX = 100;

/** What the person is about to agree to. `amountMinor` is without tip and fee. */
export type Draft = {
  readonly request: PaymentRequest;
  readonly amountMinor: bigint;
  readonly tipMinor: bigint;
  readonly feeMinor: bigint;
  readonly note?: string;
};

/** What the checks need to know of the wallet, all of it read from the store. */
export type Situation = {
  readonly wallet: WalletState;
  readonly identity: ServerIdentity;
  /** Payments without a receipt: their sum is not to be spent twice, their requests not paid twice. */
  readonly promised: readonly Payment[];
  readonly nowMs: number;
};

/** An order ready to be signed: `id` is the payment id and the WebAuthn challenge. */
export type PreparedOrder = {
  readonly id: Bytes;
  readonly order: Order;
  readonly orderBytes: Bytes;
  readonly draft: Draft;
};

/**
 * In this order: scheme_not_supported, wrong_server, request_expired, own_account, amount_zero,
 * amount_too_large, wrong_currency, already_paying, outbox_full, over_balance.
 */
export function checkDraft(draft: Draft, situation: Situation): Outcome<undefined> {
  throw new Error(`not built yet ${draft.amountMinor} ${situation.nowMs}`);
}

/** Sync on purpose: it runs before the Pay button is enabled, so that the tap itself signs at once. */
export function prepareOrder(
  draft: Draft,
  situation: Situation,
  random: Random,
): Outcome<PreparedOrder> {
  throw new Error(`not built yet ${draft.amountMinor} ${situation.nowMs} ${random.fraction()}`);
}

/** What the passkey answered; `assertion.signature` is raw r‖s (`signatureFromDer`). */
export type Approval = {
  readonly credentialId: Bytes;
  readonly assertion: Assertion;
  readonly origin: string;
};

/**
 * Checks the assertion as the server will, encodes the authorization once, and stores payment and
 * outbox entry in one strict transaction. Only after `ok` may a screen say "promised".
 * Refusals: assertion_*, and those of `Store.promise`.
 */
export function promisePayment(
  parts: { readonly store: Store; readonly clock: Clock },
  prepared: PreparedOrder,
  situation: Situation,
  approval: Approval,
): Promise<Outcome<Payment>> {
  return Promise.reject(
    new Error(
      `not built yet ${parts.clock.nowMs()} ${prepared.id} ${situation.nowMs} ${approval.origin}`,
    ),
  );
}
