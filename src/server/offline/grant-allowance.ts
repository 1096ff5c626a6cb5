/** Owns the grant of an allowance: the operator's limits, the server's signature, and the funds set aside. */
import type { NewAllowance } from '#ledger/allowance-rows.ts';
import { openAllowance } from '#ledger/allowances.ts';
import { type Allowance, allowanceSignedBytes, encodeAllowance } from '#protocol/allowance.ts';
import { type Bytes, fromBase64url } from '#protocol/bytes.ts';
import { currencyOfNumeric } from '#protocol/currency.ts';
import { ALLOWANCE_ID_LENGTH } from '#protocol/order.ts';
import { accept, type Outcome, refuse } from '#protocol/refusals.ts';
import type { AllowanceBody, AllowanceGrant } from '#protocol/wire-offline.ts';
import { minorIn } from '../money-by-currency.ts';
import { findUsableCredential } from '../passkeys/credentials.ts';
import type { ReceiptSigner } from '../payments/ports.ts';
import type { Services } from '../services.ts';
import type { Config } from '../settings.ts';

/** Refusals: currency_unknown, amount_zero, amount_too_large. */
function checkWish(config: Config, { currency, amountMinor }: AllowanceBody): Outcome<null> {
  if (!currencyOfNumeric(currency)) return refuse('currency_unknown');
  if (amountMinor <= 0n) return refuse('amount_zero');
  const mostMinor = minorIn(config.allowanceTotalMax, currency);
  const capMinor = minorIn(config.allowanceCap, currency);
  if (amountMinor > mostMinor || capMinor === 0n) {
    return refuse('amount_too_large', `At most ${mostMinor} minor units.`);
  }
  return accept(null);
}

/** SubjectPublicKeyInfo of P-256 ends with the point, x ‖ y: enrolment takes no other key. */
const pointOfSpki = (spki: Bytes): Bytes => spki.slice(-64);

function sign(signer: ReceiptSigner, allowance: Allowance): Bytes {
  const signature = signer.sign(allowanceSignedBytes(allowance, signer.keyId));
  return encodeAllowance(allowance, signer.keyId, signature);
}

/** Refusals as `AllowanceBody` says. */
export async function grantAllowance(
  { config, database, clock, keys, random }: Services,
  account: Bytes,
  body: AllowanceBody,
): Promise<Outcome<AllowanceGrant>> {
  const fault = checkWish(config, body);
  if (!fault.ok) return fault;
  const credentialId = fromBase64url(body.credentialId);
  const credential = credentialId && (await findUsableCredential(database, account, credentialId));
  if (!credential) return refuse('credential_unknown');
  const { knownSigner: signer } = await keys.current();
  const capMinor = minorIn(config.allowanceCap, body.currency);
  const nowS = Math.floor(clock.nowMs() / 1000);
  const allowance: Allowance = {
    server: signer.server,
    account,
    device: body.device,
    id: random.bytes(ALLOWANCE_ID_LENGTH),
    credentialHint: credential.hint,
    point: pointOfSpki(credential.spki),
    currency: body.currency,
    totalMinor: body.amountMinor,
    capMinor: capMinor < body.amountMinor ? capMinor : body.amountMinor,
    countMax: config.allowanceCountMax,
    firstSeq: body.firstSeq,
    validFromS: nowS,
    hours: config.allowanceHours,
  };
  const signed = sign(signer, allowance);
  const wanted: NewAllowance = { limits: allowance, credential: credential.id, signed };
  const opened = await openAllowance(database, wanted, nowS);
  if (!opened.ok) return opened;
  return accept({ allowance: signed, countSoft: config.allowanceCountSoft });
}
