/** Owns the server's word on a payee's name, in the spelling of the payee's own code. */
import { fromBase32 } from '#protocol/base32.ts';
import { type Bytes, equalBytes } from '#protocol/bytes.ts';
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

/** Less than half a kilobyte each. */
const KEPT_MAX = 10_000;

export type CertifyName = (
  profile: PayeeProfile,
  signer: ReceiptSigner,
  nowMs: number,
) => Bytes | undefined;

/** The statement as the code will make it; undefined for a profile of which no code can be made. */
function statementOf(profile: PayeeProfile, server: Bytes, nowMs: number) {
  const payee = fromBase32(profile.account, ACCOUNT_ID_LENGTH);
  const { country, category } = profile;
  const name = fitForCode(profile.name, PROFILE_NAME_CHARACTERS_MAX);
  const city = fitForCode(profile.city, PROFILE_CITY_CHARACTERS_MAX);
  if (!payee || !name || !city || !country) return undefined;
  const lastDay = Math.floor(nowMs / DAY_MS) + VALID_DAYS;
  return { server, payee, name, city, country, category, lastDay };
}

/** Says the same in the same bytes for a day, so that nobody's code changes while it is shown. */
export function createCertifyName(): CertifyName {
  const kept = new Map<string, { readonly signed: Bytes; readonly certificate: Bytes }>();
  return (profile, signer, nowMs) => {
    const { server, keyId } = signer;
    const [keyHint = 0] = keyId;
    const statement = statementOf(profile, server, nowMs);
    if (!statement) return undefined;
    const signed = nameSignedBytes(statement, keyId);
    const known = kept.get(profile.account);
    if (known && equalBytes(known.signed, signed)) return known.certificate;
    const { lastDay } = statement;
    const certificate = encodeNameCertificate({ keyHint, lastDay, signature: signer.sign(signed) });
    kept.delete(profile.account);
    kept.set(profile.account, { signed, certificate });
    if (kept.size > KEPT_MAX) kept.delete(kept.keys().next().value ?? '');
    return certificate;
  };
}
