// Owns asking the wallet what it believes without a network, with the phone's crypto, for tests. No rule is its own.
import { verifyEs256 } from '#device/verify-es256.ts';
import { decodeAllowance } from '#protocol/allowance.ts';
import type { RelyingParty } from '#protocol/assertion.ts';
import { type Bytes, equalBytes, toBase64url } from '#protocol/bytes.ts';
import { readPaymentRequest } from '#protocol/payment-request.ts';
import { checkCounterfoil, takingKeys } from '#wallet/check-counterfoil.ts';
import { checkPayeeName } from '#wallet/check-payee-name.ts';
import { ACCOUNT, profileOf, WALLET } from '../wallet/samples.ts';

export type KnownKey = { readonly keyId: Bytes; readonly point: Bytes };

/** What the phone of a payee knows, and asked for once. */
export type Known = {
  readonly server: Bytes;
  readonly party: RelyingParty;
  readonly keys: readonly KnownKey[];
  readonly payee: Bytes;
  readonly asked: {
    readonly digest: Bytes;
    readonly currency: number;
    readonly amountMinor: bigint;
  };
  /** Its present. */
  readonly nowS: number;
};

function identityOf(known: Pick<Known, 'server' | 'party' | 'keys' | 'nowS'>) {
  const { server, party, keys, nowS } = known;
  const published = keys.map((key) => ({ ...key, active: true }));
  return { ...party, server, epoch: 1, keys: published, nowMs: nowS * 1000 };
}

/** The code of the refusal, or undefined when it is an allowance of this server. */
export async function judgeAllowance(
  bytes: Uint8Array,
  { server, keys }: Pick<Known, 'server' | 'keys'>,
): Promise<string | undefined> {
  const read = decodeAllowance(bytes);
  if (!read.ok) return read.refusal.code;
  const { allowance, keyId, signed, signature } = read.value;
  if (!equalBytes(allowance.server, server)) return 'wrong_server';
  const key = keys.find((known) => equalBytes(known.keyId, keyId));
  if (!key) return 'server_key_unknown';
  return (await verifyEs256(key.point, signed, signature)) ? undefined : 'allowance_altered';
}

/** The code of a refusal or of a mere promise, or undefined when it is guaranteed. */
export async function judgeCounterfoil(bytes: Bytes, known: Known): Promise<string | undefined> {
  const { payee, asked, nowS } = known;
  const keys = takingKeys({ kind: 'counterfoil', bytes });
  if (!keys.ok) return keys.refusal.code;
  const digest = toBase64url(asked.digest);
  const request = {
    digest,
    text: '',
    currency: asked.currency,
    amountMinor: asked.amountMinor,
    shownAtMs: nowS * 1000,
    validUntilS: nowS + 900,
  };
  const situation = {
    wallet: { ...WALLET, account: { ...ACCOUNT, profile: profileOf(payee, 'Payee') } },
    identity: identityOf(known),
    ...(keys.value.requestDigest === digest && { request }),
    known: false,
    sameRequest: [],
    sameAllowance: [],
    sameSeq: [],
    nowMs: nowS * 1000,
  };
  const verdict = await checkCounterfoil(bytes, situation, verifyEs256);
  return verdict.kind === 'guaranteed' ? undefined : verdict.code;
}

/** What to say of the name in a code, or the code of the refusal of the whole. */
export async function judgeName(
  text: string,
  known: Pick<Known, 'server' | 'party' | 'keys' | 'nowS'>,
): Promise<string> {
  const request = readPaymentRequest(text);
  if (!request.ok) return request.refusal.code;
  return checkPayeeName(request.value, identityOf(known), known.nowS * 1000, verifyEs256);
}
