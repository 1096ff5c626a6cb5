/** Owns the counterfoil: an authorization and the allowance that covers it, in one QR code from payer to payee. */
import {
  type Allowance,
  allowanceSignedBytes,
  areLimitsSound,
  type SignedAllowance,
} from './allowance.ts';
import { type Authorization, decodeAuthorization } from './authorization.ts';
import { fromBase45, toBase45 } from './base45.ts';
import { type Bytes, concatBytes, equalBytes } from './bytes.ts';
import { type Cbor, decodeCbor, encodeCbor, splitCborSequence } from './cbor.ts';
import { bytesItem, countItem, wholeItem } from './cbor-fields.ts';
import { WIRE_AMOUNT_MAX } from './order.ts';
import { COMPRESSED_POINT_LENGTH, compressPoint, decompressPoint } from './p256-point.ts';
import { accept, assert, type Outcome, refuse } from './refusals.ts';

export const COUNTERFOIL_QR_PREFIX = 'CFC:';
/** What one QR code of version 17-M carries in base45; above it the text is shown in parts. */
export const COUNTERFOIL_FRAME_BYTES_MAX = 486;
export const COUNTERFOIL_BYTES_MAX = 2304;
const QR_CHARACTERS_MAX = COUNTERFOIL_QR_PREFIX.length + (COUNTERFOIL_BYTES_MAX * 3) / 2;

/**
 * As read. The allowance's own fields travel; what the order says already (server, account, device,
 * currency, allowance id, credential hint) is taken from there, so that it cannot say anything else.
 */
export type Counterfoil = {
  /** The authorization's bytes: what is stored and sent on. */
  readonly authorizationBytes: Bytes;
  readonly authorization: Authorization;
  readonly allowance: Allowance;
  /** The first byte of the id of the server's key. */
  readonly keyHint: number;
  /** By the server over `allowanceSignedBytes(allowance, keyId)`. */
  readonly signature: Bytes;
};

/** Throws when the authorization does not draw on this allowance: nobody could check it. */
export function encodeCounterfoil(authorizationBytes: Bytes, signed: SignedAllowance): Bytes {
  const { allowance, keyId, signature } = signed;
  const decoded = decodeAuthorization(authorizationBytes);
  assert(decoded.ok, 'an authorization that was made can be read');
  const { seq } = decoded.value.order;
  const cover: Cbor = [
    keyId[0] ?? 0,
    compressPoint(allowance.point),
    allowance.totalMinor,
    allowance.capMinor,
    allowance.countMax,
    seq - allowance.firstSeq,
    allowance.validFromS,
    allowance.hours,
    signature,
  ];
  const bytes = concatBytes(authorizationBytes, encodeCbor(cover));
  const read = decodeCounterfoil(bytes);
  assert(read.ok, 'a counterfoil that we encode is one that we would read');
  const again = allowanceSignedBytes(read.value.allowance, keyId);
  assert(equalBytes(again, signed.signed), 'the order draws on this allowance');
  return bytes;
}

function readCover(
  item: Cbor,
  { order, credentialHint }: Authorization,
): Pick<Counterfoil, 'allowance' | 'keyHint' | 'signature'> | undefined {
  if (!Array.isArray(item) || item.length !== 9 || !order.allowance) return undefined;
  const [hint, key, total, cap, count, place, from, hoursItem, signed] = item as Cbor[];
  const compressed = bytesItem(key, COMPRESSED_POINT_LENGTH);
  const point = compressed && decompressPoint(compressed);
  const signature = bytesItem(signed, 64);
  const keyHint = countItem(hint, 0xff);
  const totalMinor = wholeItem(total, WIRE_AMOUNT_MAX);
  const capMinor = wholeItem(cap, WIRE_AMOUNT_MAX);
  const validFromS = countItem(from, 0xffffffff);
  const limits = {
    totalMinor: totalMinor ?? 0n,
    capMinor: capMinor ?? 0n,
    countMax: countItem(count, 0xffffffff) ?? 0,
    // A small number in place of a large one: where in the allowance this order stands.
    firstSeq: order.seq - (countItem(place, 0xffffffff) ?? order.seq),
    hours: countItem(hoursItem, 0xffffffff) ?? 0,
  };
  if (!point || !signature || keyHint === undefined || validFromS === undefined) return undefined;
  if (!areLimitsSound(limits)) return undefined;
  const { server, payer: account, device, currency, allowance: id } = order;
  const said = { server, account, device, currency, id, credentialHint };
  return { allowance: { ...said, point, validFromS, ...limits }, keyHint, signature };
}

/** Refusals: bytes_too_long, bytes_malformed, and those of `decodeAuthorization`. */
export function decodeCounterfoil(bytes: Uint8Array): Outcome<Counterfoil> {
  if (bytes.length > COUNTERFOIL_BYTES_MAX) return refuse('bytes_too_long', 'counterfoil');
  const items = splitCborSequence(bytes, 2);
  const [first, second] = items.ok ? items.value : [];
  if (!items.ok || items.value.length !== 2 || !first || !second) {
    return refuse('bytes_malformed', 'counterfoil');
  }
  const authorization = decodeAuthorization(first);
  if (!authorization.ok) return authorization;
  const item = decodeCbor(second);
  const cover = item.ok && readCover(item.value, authorization.value);
  if (!cover) return refuse('bytes_malformed', 'cover of the counterfoil');
  return accept({
    authorizationBytes: first.slice(),
    authorization: authorization.value,
    ...cover,
  });
}

export function counterfoilToQrText(bytes: Uint8Array): string {
  return COUNTERFOIL_QR_PREFIX + toBase45(bytes);
}

export function counterfoilFromQrText(text: string): Outcome<Bytes> {
  if (!text.startsWith(COUNTERFOIL_QR_PREFIX)) return refuse('text_unknown');
  if (text.length > QR_CHARACTERS_MAX) return refuse('bytes_too_long', 'counterfoil');
  const bytes = fromBase45(text.slice(COUNTERFOIL_QR_PREFIX.length));
  return bytes ? accept(bytes) : refuse('bytes_malformed', 'base45');
}
