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

/** What throws here is a fault of the world and never becomes a verdict. */
export type PaymentsLedger = {
  /** In the order of the ids; null for what has no verdict. */
  findKnown(ids: readonly Bytes[]): Promise<(KnownPayment | null)[]>;
  /** In the order of the questions. */
  findPayers(questions: readonly PayerQuestion[]): Promise<PayerRecord[]>;
  settle(payments: readonly VerifiedPayment[], sign: SignReceipts): Promise<Settlement[]>;
};

export type VerifySignature = (
  credential: PayerCredential,
  approval: SignedApproval,
) => Promise<boolean>;

/** The server's active receipt key, and in whose name it signs. */
export type ReceiptSigner = {
  readonly server: Bytes;
  readonly epoch: number;
  readonly keyId: Bytes;
  /** Raw r‖s. */
  sign(bytes: Bytes): Bytes;
};
