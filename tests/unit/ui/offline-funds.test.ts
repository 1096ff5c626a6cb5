/** What home says can be paid without a network is what the allowance still holds, and nothing once it is over. */
import { describe, expect, test } from 'vitest';
import { decodeAllowance, validUntilS } from '#protocol/allowance.ts';
import { offlineFunds } from '#ui/offline-funds.ts';
import { grantOf } from '#wallet/keep-allowances.ts';
import type { OfflinePurse } from '#wallet/offline-records.ts';
import { EUR } from '../wallet/samples.ts';
import { SIGNING_IDENTITY, signedAllowance } from '../wallet/signed-samples.ts';

const bytes = signedAllowance();
const signed = decodeAllowance(bytes);
if (!signed.ok) throw new Error(signed.refusal.code);
const { allowance } = signed.value;
const { totalMinor } = allowance;
const granted = grantOf(allowance, { allowance: bytes, countSoft: 30 });
const endMs = validUntilS(allowance) * 1000;
const identity = SIGNING_IDENTITY;

const purse = (spentMinor: bigint): OfflinePurse => ({
  currency: EUR,
  wantedMinor: totalMinor,
  granted: { ...granted, spentMinor },
});

describe('money set aside', () => {
  test('is what was granted, less what was drawn on it', () => {
    const moment = { nowMs: identity.nowMs, identity };
    expect(offlineFunds([purse(1n)], moment)).toMatchObject([
      { currency: EUR, leftMinor: totalMinor - 1n, totalMinor, untilMs: endMs },
    ]);
  });

  test('is never below nothing', () => {
    const [funds] = offlineFunds([purse(totalMinor + 5n)], { nowMs: identity.nowMs, identity });
    expect(funds?.leftMinor).toBe(0n);
  });

  test('is over when its time is, by the server’s time and not by this phone’s clock', () => {
    const tenYearsMs = 10 * 365 * 24 * 3600 * 1000;
    const skewed = { ...identity, readAtMs: identity.nowMs - tenYearsMs };
    const lastMs = endMs - 1 - tenYearsMs;
    expect(offlineFunds([purse(0n)], { nowMs: lastMs, identity: skewed })).toHaveLength(1);
    expect(offlineFunds([purse(0n)], { nowMs: lastMs + 1, identity: skewed })).toEqual([]);
  });

  test('is nothing where only a wish is known, or bytes that cannot be read', () => {
    const damaged: OfflinePurse = {
      currency: EUR,
      granted: { ...granted, bytes: new Uint8Array(3), spentMinor: 0n },
    };
    const moment = { nowMs: identity.nowMs, identity };
    expect(offlineFunds([{ currency: EUR, wantedMinor: 5n }, damaged], moment)).toEqual([]);
  });
});
