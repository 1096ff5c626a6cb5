/** Owns the server's word on a payee's name, in the spelling of the payee's own code. */
import { fromBase32 } from '#protocol/base32.ts';
import type { Bytes } from '#protocol/bytes.ts';
import { encodeNameCertificate, nameSignedBytes } from '#protocol/name-certificate.ts';
import { ACCOUNT_ID_LENGTH } from '#protocol/order.ts';
import { fitForCode } from '#protocol/payment-request-writer.ts';
import {
  type PayeeProfile,
  PROFILE_CITY_CHARACTERS_MAX,
  PROFILE_NAME_CHARACTERS_MAX,
} from '#protocol/wire.ts';
import type { ReceiptSigner } from '../payments/ports.ts';

/** A phone that finds no network for so long shows a code without a verified name. */
const VALID_DAYS = 90;
const DAY_MS = 86_400_000;

/** Undefined for a profile of which no code can be made. */
export function certifyName(
  profile: PayeeProfile,
  signer: ReceiptSigner,
  nowMs: number,
): Bytes | undefined {
  const payee = fromBase32(profile.account, ACCOUNT_ID_LENGTH);
  const { country, category } = profile;
  const name = fitForCode(profile.name, PROFILE_NAME_CHARACTERS_MAX);
  const city = fitForCode(profile.city, PROFILE_CITY_CHARACTERS_MAX);
  const { server, keyId } = signer;
  const [keyHint] = keyId;
  if (!payee || !name || !city || !country || keyHint === undefined) return undefined;
  const lastDay = Math.floor(nowMs / DAY_MS) + VALID_DAYS;
  const certified = { server, payee, name, city, country, category, lastDay };
  const signature = signer.sign(nameSignedBytes(certified, keyId));
  return encodeNameCertificate({ keyHint, lastDay, signature });
}
