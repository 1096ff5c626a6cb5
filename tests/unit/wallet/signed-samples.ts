// Allowances, counterfoils and certificates that really are signed, by keys that everybody has. Owns no rule.
import {
  type Allowance,
  allowanceSignedBytes,
  decodeAllowance,
  encodeAllowance,
} from '#protocol/allowance.ts';
import { encodeAuthorization } from '#protocol/authorization.ts';
import { type Bytes, concatBytes, toBase64url, toUtf8 } from '#protocol/bytes.ts';
import { encodeCounterfoil } from '#protocol/counterfoil.ts';
import { encodeNameCertificate, nameSignedBytes } from '#protocol/name-certificate.ts';
import { encodeOrder, type Order, paymentId } from '#protocol/order.ts';
import { sha256 } from '#protocol/sha256.ts';
import type { PayeeProfile, ServerIdentity } from '#protocol/wire.ts';
import { pointOf, signEs256 } from '../../vectors/make/deterministic-es256.ts';
import {
  CREDENTIAL_ID,
  filled,
  IDENTITY,
  NOW_MS,
  PARTY,
  PAYEE_ID,
  SERVER_ID,
  sampleAllowance,
  sampleOrder,
} from './samples.ts';

export const SERVER_SECRET = filled(32, 0x11);
export const PASSKEY_SECRET = filled(32, 0x22);
export const STRANGER_SECRET = filled(32, 0x33);
export const SERVER_KEY_ID = toUtf8('Key-0001');
export const ALLOWANCE_ID = filled(8, 0xa1);

/** The server with the key that signs here; what it said was read when it said it. */
export const SIGNING_IDENTITY: ServerIdentity & { readonly readAtMs: number } = {
  ...IDENTITY,
  keys: [{ keyId: SERVER_KEY_ID, point: pointOf(SERVER_SECRET), active: true }],
  readAtMs: NOW_MS,
};

export function signedAllowance(
  change: Partial<Allowance> = {},
  secret: Bytes = SERVER_SECRET,
  keyId: Bytes = SERVER_KEY_ID,
): Bytes {
  const allowance = sampleAllowance({ point: pointOf(PASSKEY_SECRET), ...change });
  return encodeAllowance(
    allowance,
    keyId,
    signEs256(secret, allowanceSignedBytes(allowance, keyId)),
  );
}

type Approving = {
  readonly secret?: Bytes;
  readonly flags?: number;
  readonly origin?: string;
};

/** As the payer's passkey approves it. */
export function signedAuthorization(order: Order, approving: Approving = {}): Bytes {
  const { secret = PASSKEY_SECRET, flags = 0x1d, origin = PARTY.origin } = approving;
  const orderBytes = encodeOrder(order);
  const challenge = toBase64url(paymentId(orderBytes));
  const clientDataJson = toUtf8(
    `{"type":"webauthn.get","challenge":"${challenge}","origin":"${origin}","crossOrigin":false}`,
  );
  const authenticatorData = concatBytes(
    sha256(toUtf8(PARTY.rpId)),
    Uint8Array.of(flags, 0, 0, 0, 0),
  );
  const signature = signEs256(secret, concatBytes(authenticatorData, sha256(clientDataJson)));
  const assertion = { authenticatorData, clientDataJson, signature };
  return encodeAuthorization(orderBytes, CREDENTIAL_ID, assertion, PARTY);
}

/** 12.50 EUR of the sample allowance, for one sale. */
export function coveredOrder(change: Partial<Order> = {}): Order {
  return sampleOrder(1, { allowance: ALLOWANCE_ID, spentBeforeMinor: 0n, ...change });
}

export function signedCounterfoil(
  order: Order = coveredOrder(),
  allowance: Bytes = signedAllowance(),
  approving: Approving = {},
): Bytes {
  const signed = decodeAllowance(allowance);
  if (!signed.ok) throw new Error(signed.refusal.code);
  return encodeCounterfoil(signedAuthorization(order, approving), signed.value);
}

/** The server's word on this name, in the code's spelling. */
export function signedName(
  profile: Pick<PayeeProfile, 'name' | 'city' | 'country' | 'category'>,
  lastDay: number,
  secret: Bytes = SERVER_SECRET,
): Bytes {
  const certified = { ...profile, server: SERVER_ID, payee: PAYEE_ID, lastDay };
  return encodeNameCertificate({
    keyHint: SERVER_KEY_ID[0] ?? 0,
    lastDay,
    signature: signEs256(secret, nameSignedBytes(certified, SERVER_KEY_ID)),
  });
}
