// What a payee's phone knows when it is shown a counterfoil, for tests of what it makes of it. Owns no rule.
import { type Bytes, toBase64url } from '#protocol/bytes.ts';
import {
  type CounterfoilVerdict,
  checkCounterfoil,
  type TakingSituation,
} from '#wallet/check-counterfoil.ts';
import type { TakenCounterfoil } from '#wallet/offline-records.ts';
import type { ShownRequest } from '#wallet/records.ts';
import { verifyByNode } from './paper-server.ts';
import {
  ACCOUNT,
  EUR,
  filled,
  NOW_MS,
  PAYEE_ID,
  PAYER_ID,
  profileOf,
  sampleTaken,
  WALLET,
} from './samples.ts';
import { coveredOrder, SIGNING_IDENTITY, signedCounterfoil } from './signed-samples.ts';

export const ORDER = coveredOrder();
export const COUNTERFOIL = signedCounterfoil();

export const REQUEST: ShownRequest = {
  digest: toBase64url(ORDER.requestDigest),
  text: '000201',
  amountMinor: 1250n,
  currency: EUR,
  shownAtMs: NOW_MS,
  validUntilS: NOW_MS / 1000 + 900,
};
export const PRINTED: ShownRequest = { ...REQUEST, printed: true, validUntilS: 0xffffffffff };

export function situationOf(change: Partial<TakingSituation> = {}): TakingSituation {
  return {
    wallet: { ...WALLET, account: { ...ACCOUNT, profile: profileOf(PAYEE_ID, 'Bento') } },
    identity: SIGNING_IDENTITY,
    request: REQUEST,
    known: false,
    sameRequest: [],
    sameAllowance: [],
    sameSeq: [],
    nowMs: NOW_MS + 60_000,
    ...change,
  };
}

const { request: _none, ...without } = situationOf();
export const noRequest: TakingSituation = without;
export const strangeKeys = { ...SIGNING_IDENTITY, keys: [] };
export const elsewhere = { ...SIGNING_IDENTITY, server: filled(5, 0x01) };

/** Taken before, from the same payer and allowance. */
export const earlier = (
  amountMinor: bigint,
  change: Partial<TakenCounterfoil> = {},
): TakenCounterfoil => ({
  ...sampleTaken(9, { payer: PAYER_ID, payee: PAYEE_ID, device: 1, amountMinor }),
  ...change,
});

export const judge = (bytes: Bytes, situation = situationOf()): Promise<CounterfoilVerdict> =>
  checkCounterfoil(bytes, situation, verifyByNode);

export const said = (verdict: CounterfoilVerdict): string =>
  verdict.kind === 'guaranteed' ? 'guaranteed' : `${verdict.kind} ${verdict.code}`;
