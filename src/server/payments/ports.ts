/** Owns what settlement needs from the world, so that the same rules run here and in a simulation. */
import type { SettledPayment, VerifiedPayment } from '#ledger/payment-rows.ts';
import type { Settlement, SignReceipts } from '#ledger/post-payments.ts';
import type { SignedApproval } from '#protocol/approval.ts';
import type { Bytes } from '#protocol/bytes.ts';

export type { SettledPayment, Settlement, SignReceipts, VerifiedPayment };

export type KnownPayment = { readonly authorization: Bytes; readonly receipt: Bytes };

export type PayerQuestion = {
  readonly payer: Bytes;
  readonly credentialHint: Bytes;
  readonly device: number;
};

/** A passkey of the payer whose id begins, hashed, with the hint. */
export type PayerCredential = {
  readonly id: Bytes;
  /** SubjectPublicKeyInfo (RFC 5280) in DER. */
  readonly spki: Bytes;
  readonly revoked: boolean;
};

export type PayerRecord = {
  readonly isKnown: boolean;
  readonly isDeviceKnown: boolean;
  readonly credentials: readonly PayerCredential[];
};

/** What is stored under an id, or who would have to have signed it. */
export type Found =
  | { readonly kind: 'known'; readonly known: KnownPayment }
  | { readonly kind: 'new'; readonly payer: PayerRecord };

/** What throws here is a fault of the world and never becomes a verdict. */
export type PaymentsLedger = {
  /** In the order of the questions. */
  find(questions: readonly (PayerQuestion & { readonly id: Bytes })[]): Promise<Found[]>;
  /** The same, of payments that are known. In the order of the questions. */
  findPayers(questions: readonly PayerQuestion[]): Promise<PayerRecord[]>;
  /** `epoch` is that of the receipts. */
  settle(
    payments: readonly VerifiedPayment[],
    epoch: number,
    sign: SignReceipts,
  ): Promise<Settlement[]>;
};

/** What must verify: `spki` in DER, the signature raw r‖s. */
export type SignatureCheck = SignedApproval & { readonly spki: Bytes };

/** In the order of the checks. Throws `Unavailable` when it cannot be found out. */
export type VerifySignatures = (checks: readonly SignatureCheck[]) => Promise<boolean[]>;

/** The server's active receipt key, and in whose name it signs. */
export type ReceiptSigner = {
  readonly server: Bytes;
  readonly epoch: number;
  readonly keyId: Bytes;
  /** Raw r‖s. */
  sign(bytes: Bytes): Bytes;
};
