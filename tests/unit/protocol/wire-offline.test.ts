import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Outcome } from '#protocol/refusals.ts';
import {
  decodeAllowanceGrant,
  decodeDeviceGaps,
  decodeDeviceList,
  decodeOfflineTerms,
} from '#protocol/wire-offline.ts';
import { ALLOWANCE, DEVICES, GAPS, GRANT, HELD, MOST, PHONE, TERMS } from './sample-answers.ts';

const DECODERS: readonly (readonly [string, object, (value: unknown) => Outcome<unknown>])[] = [
  ['an allowance', GRANT, decodeAllowanceGrant],
  ['the devices', DEVICES, decodeDeviceList],
  ['the gaps', GAPS, decodeDeviceGaps],
  ['the terms', TERMS, decodeOfflineTerms],
];

it('a granted allowance is bytes, with the count after which the network is looked for', () => {
  expect(decodeAllowanceGrant(GRANT)).toEqual({
    ok: true,
    value: { allowance: ALLOWANCE, countSoft: 30 },
  });
});

it('devices come with what is set aside for each', () => {
  expect(decodeDeviceList(DEVICES)).toEqual({
    ok: true,
    value: {
      devices: [
        { ...PHONE, allowances: [{ ...HELD, totalMinor: 20_000n, spentMinor: 1_250n }] },
        { ...PHONE, device: 2, frozen: true, allowances: [] },
      ],
      stopped: false,
    },
  });
});

it('gaps come as they are, from a first number to one that is not before it', () => {
  expect(decodeDeviceGaps(GAPS)).toEqual({ ok: true, value: GAPS });
  for (const wrong of [{ firstSeq: 0 }, { firstSeq: 4 }, { lastSeq: 2 }, { device: 0 }]) {
    const gaps = [{ device: 2, firstSeq: 3, lastSeq: 3, ...wrong }];
    expect(decodeDeviceGaps({ gaps }).ok, JSON.stringify(wrong)).toBe(false);
  }
});

it('terms come with the most for each currency, nothing at all included', () => {
  const none = { currency: 952, totalMaxMinor: '0', capMinor: '0', guaranteeMaxMinor: '0' };
  expect(decodeOfflineTerms({ ...TERMS, currencies: [MOST, none] })).toEqual({
    ok: true,
    value: {
      ...TERMS,
      currencies: [
        { currency: 978, totalMaxMinor: 20_000n, capMinor: 5_000n, guaranteeMaxMinor: 20_000n },
        { currency: 952, totalMaxMinor: 0n, capMinor: 0n, guaranteeMaxMinor: 0n },
      ],
    },
  });
});

/** Each member of the value and of what is inside it, left out or replaced by what no member is. */
function* spoiled(value: unknown): Generator<unknown> {
  if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) {
      for (const other of spoiled(item)) yield value.with(index, other);
    }
    return;
  }
  if (typeof value !== 'object' || value === null) return;
  for (const [key, member] of Object.entries(value)) {
    const { [key as never]: _, ...rest } = value;
    yield rest;
    for (const other of [null, { a: 1 }, -1, 0.5, '-1', 'ü', ...spoiled(member)]) {
      if (key !== 'label' || typeof other !== 'string') yield { ...value, [key]: other };
    }
  }
}

describe.each(DECODERS)('%s', (_, sample, decode) => {
  it('is refused with any one member missing or of another kind', () => {
    const all = [...spoiled(sample)];
    expect(all.length).toBeGreaterThan(10);
    for (const other of all) expect(decode(other).ok, JSON.stringify(other)).toBe(false);
  });

  it('may have members that a later server adds', () => {
    expect(decode({ ...sample, later: 1 })).toEqual(decode(sample));
  });

  it('whatever it is, is answered without a throw', () => {
    fc.assert(fc.property(fc.jsonValue(), (value) => typeof decode(value).ok === 'boolean'));
  });
});
