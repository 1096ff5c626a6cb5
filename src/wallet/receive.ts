/** Owns the payee's side: making requests for one sale and static codes to print. */
import { fromBase32 } from '#protocol/base32.ts';
import { type Bytes, toBase64url } from '#protocol/bytes.ts';
import {
  CITY_CHARACTERS_MAX,
  LABEL_CHARACTERS_MAX,
  NAME_CHARACTERS_MAX,
} from '#protocol/emv-rules.ts';
import { ACCOUNT_ID_LENGTH, requestDigest } from '#protocol/order.ts';
import { REQUEST_ID_LENGTH } from '#protocol/own-template.ts';
import {
  fitForCode,
  type PaymentRequestDraft,
  writePaymentRequest,
} from '#protocol/payment-request-writer.ts';
import { accept, assert, type Outcome } from '#protocol/refusals.ts';
import type { AccountState } from '#protocol/wire.ts';
import type { Random } from './ports.ts';
import { presentMs } from './present.ts';
import type { KnownIdentity, ShownRequest } from './records.ts';

/** How long a request for one sale may be approved; when it may be settled is the order's matter. */
export const REQUEST_VALIDITY_MS = 15 * 60 * 1000;

/** What the payee asks. */
export type Asking = {
  /** Absent: the payer chooses. */
  readonly amountMinor?: bigint;
  readonly currency: number;
  readonly note?: string;
  readonly tipWelcome?: boolean;
  readonly validityMs?: number;
};

/** Whom a code names, and the server's word on it where there is one. */
export type Payee = Pick<AccountState, 'profile' | 'nameCertificate'>;

function codeDraft(
  asking: Asking,
  { profile, nameCertificate }: Payee,
  server: Bytes,
): PaymentRequestDraft {
  const payee = fromBase32(profile.account, ACCOUNT_ID_LENGTH);
  assert(payee !== null, 'a profile has an account id');
  const note = fitForCode(asking.note ?? '', LABEL_CHARACTERS_MAX);
  return {
    payee,
    server,
    currency: asking.currency,
    merchantName: fitForCode(profile.name, NAME_CHARACTERS_MAX),
    city: fitForCode(profile.city, CITY_CHARACTERS_MAX),
    countryCode: profile.country,
    merchantCategoryCode: profile.category,
    ...(asking.amountMinor !== undefined && { amountMinor: asking.amountMinor }),
    ...(asking.tipWelcome && { tipOrFee: { kind: 'tip-prompt' } }),
    ...(note && { additional: { purpose: note } }),
    ...(nameCertificate && { nameCertificate }),
  };
}

/** A request for one sale, with a fresh id. Store it before showing it. Refusals of `writePaymentRequest`. */
export function makeRequest(
  asking: Asking,
  payee: Payee,
  identity: KnownIdentity,
  world: { readonly nowMs: number; readonly random: Random },
): Outcome<ShownRequest> {
  const { nowMs } = world;
  const validityMs = asking.validityMs ?? REQUEST_VALIDITY_MS;
  // Payers hold it against their own time: a clock of this phone that is off must not end it for them.
  const untilMs = presentMs({ nowMs, identity }) + validityMs;
  const validUntilS = (untilMs - (untilMs % 1000)) / 1000;
  const text = writePaymentRequest({
    ...codeDraft(asking, payee, identity.server),
    requestId: world.random.bytes(REQUEST_ID_LENGTH),
    validUntilS,
  });
  if (!text.ok) return text;
  return accept({
    digest: toBase64url(requestDigest(text.value)),
    text: text.value,
    currency: asking.currency,
    shownAtMs: nowMs,
    validUntilS,
    untilMs: nowMs + validityMs,
    ...(asking.amountMinor !== undefined && { amountMinor: asking.amountMinor }),
    ...(asking.note && { note: asking.note }),
  });
}

/** The text of a code to print: no id, no end, any number of payments. */
export function makeStaticRequest(
  asking: Pick<Asking, 'amountMinor' | 'currency' | 'tipWelcome'>,
  payee: Payee,
  { server }: Pick<KnownIdentity, 'server'>,
): Outcome<string> {
  return writePaymentRequest(codeDraft(asking, payee, server));
}

/** What an order's five bytes of seconds can say at most. */
const NEVER_S = 0xffffffffff;

/** A printed code as the phone keeps it (`WalletStore.writeRequest`), to know its own again in a counterfoil. */
export function printedRequest(
  text: string,
  asking: Pick<Asking, 'amountMinor' | 'currency'>,
  nowMs: number,
): ShownRequest {
  return {
    digest: toBase64url(requestDigest(text)),
    text,
    currency: asking.currency,
    shownAtMs: nowMs,
    validUntilS: NEVER_S,
    printed: true,
    ...(asking.amountMinor !== undefined && { amountMinor: asking.amountMinor }),
  };
}
