import { decode } from 'cborg';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  ALLOWANCE_BYTES_MAX,
  ALLOWANCE_TYPE,
  type Allowance,
  allowanceSignedBytes,
  areLimitsSound,
  coverFault,
  decodeAllowance,
  encodeAllowance,
  encodeAllowancePayload,
  validUntilS,
} from '#protocol/allowance.ts';
import { type Bytes, concatBytes, equalBytes, toHex } from '#protocol/bytes.ts';
import { type Cbor, decodeCbor, encodeCbor } from '#protocol/cbor.ts';
import { encodeSign1 } from '#protocol/cose-sign1.ts';
import { type Order, WIRE_AMOUNT_MAX } from '#protocol/order.ts';
import { compressPoint } from '#protocol/p256-point.ts';
import { anyAllowance, COVERED_ORDER, KEY_ID, SAMPLE_ALLOWANCE } from './sample-allowances.ts';
import { anyBytes, filled, hex, oneBitOff } from './sample-orders.ts';

const SIGNATURE = filled(64, 0x55);
const SAMPLE = encodeAllowance(SAMPLE_ALLOWANCE, KEY_ID, SIGNATURE);

function refusalOf(bytes: Uint8Array): string | undefined {
  const read = decodeAllowance(bytes);
  return read.ok ? undefined : read.refusal.code;
}

/** What a reader makes of an allowance, written again. */
function encodedAgain(bytes: Bytes): Bytes | undefined {
  const read = decodeAllowance(bytes);
  if (!read.ok) return undefined;
  const { allowance, keyId, signature } = read.value;
  return encodeAllowance(allowance, keyId, signature);
}

describe('an allowance', () => {
  it('says nothing that is not read', () => {
    const fields = decodeCbor(encodeAllowancePayload(SAMPLE_ALLOWANCE));
    if (!fields.ok || !(fields.value instanceof Map)) throw new Error('a map');
    const more = new Map(fields.value).set(15, 1n);
    const written = (payload: Map<number, Cbor>) =>
      encodeSign1(ALLOWANCE_TYPE, KEY_ID, encodeCbor(payload), SIGNATURE);
    expect(refusalOf(written(fields.value))).toBeUndefined();
    expect(refusalOf(written(more))).toBe('bytes_malformed');
  });

  it('comes back as it was signed, with what is to be verified', () => {
    fc.assert(
      fc.property(anyAllowance, anyBytes(8), anyBytes(64), (allowance, keyId, signature) => {
        const bytes = encodeAllowance(allowance, keyId, signature);
        const signed = allowanceSignedBytes(allowance, keyId);
        expect(decodeAllowance(bytes)).toEqual({
          ok: true,
          value: { allowance, keyId, signed, signature },
        });
        expect(bytes.length).toBeLessThanOrEqual(ALLOWANCE_BYTES_MAX);
      }),
    );
  });

  it('is read by another CBOR library, with the passkey’s point compressed', () => {
    const fields = decode(encodeAllowancePayload(SAMPLE_ALLOWANCE), { useMaps: true }) as Map<
      number,
      unknown
    >;
    expect([...fields.keys()]).toEqual(Array.from({ length: 14 }, (_, index) => index + 1));
    expect(toHex(fields.get(7) as Uint8Array)).toBe(toHex(compressPoint(SAMPLE_ALLOWANCE.point)));
    expect([fields.get(1), fields.get(9), fields.get(14)]).toEqual([1, 20_000, 240]);
  });

  it('with any one byte changed or dropped is refused, or what was signed or its signature is another', () => {
    const signed = allowanceSignedBytes(SAMPLE_ALLOWANCE, KEY_ID);
    let readable = 0;
    for (const bytes of oneBitOff(SAMPLE)) {
      const read = decodeAllowance(bytes);
      if (!read.ok) continue;
      readable += 1;
      const same =
        equalBytes(read.value.signed, signed) && equalBytes(read.value.signature, SIGNATURE);
      if (same) expect.fail(`${toHex(bytes)} is taken for the same`);
    }
    expect(readable).toBeGreaterThan(500);
  });

  it('that is read is written again to the very same bytes', () => {
    const change = fc.tuple(fc.nat(), fc.nat(255));
    fc.assert(
      fc.property(anyAllowance, fc.array(change, { maxLength: 2 }), (allowance, changes) => {
        const bytes = encodeAllowance(allowance, KEY_ID, SIGNATURE);
        for (const [at, byte] of changes) bytes[at % bytes.length] = byte;
        const again = encodedAgain(bytes);
        if (again) expect(again).toEqual(bytes);
      }),
      { numRuns: 500 },
    );
  });

  it('whatever it is, is answered without a throw', () => {
    const heads = [hex(''), hex('84'), SAMPLE.subarray(0, 65), SAMPLE.subarray(0, 160)];
    const bytes = fc
      .tuple(fc.constantFrom(...heads), fc.uint8Array({ maxLength: 300 }))
      .map(([head, tail]) => concatBytes(head, tail));
    fc.assert(fc.property(bytes, (candidate) => decodeAllowance(candidate).ok === false));
    expect(refusalOf(new Uint8Array(ALLOWANCE_BYTES_MAX + 1))).toBe('bytes_too_long');
    expect(refusalOf(new Uint8Array(ALLOWANCE_BYTES_MAX))).toBe('bytes_malformed');
  });

  it('ends after its hours', () => {
    expect(validUntilS(SAMPLE_ALLOWANCE)).toBe(SAMPLE_ALLOWANCE.validFromS + 864_000);
  });
});

describe('what nobody would read is not signed:', () => {
  it.each<[string, Partial<Allowance>]>([
    ['a server id of 4 bytes', { server: filled(4, 1) }],
    ['an account id of 17 bytes', { account: filled(17, 1) }],
    ['device 0', { device: 0 }],
    ['an id of 7 bytes', { id: filled(7, 1) }],
    ['a credential hint of 9 bytes', { credentialHint: filled(9, 1) }],
    ['a currency of four digits', { currency: 1000 }],
    ['a total of nothing', { totalMinor: 0n, capMinor: 0n }],
    ['a cap above the total', { capMinor: 20_001n }],
    ['no payment', { countMax: 0 }],
    ['65536 payments', { countMax: 0x10000 }],
    ['a first seq of 0', { firstSeq: 0 }],
    ['a beginning before 1970', { validFromS: -1 }],
    ['no hour', { hours: 0 }],
    ['half an hour', { hours: 0.5 }],
    ['more than 366 days', { hours: 8785 }],
    ['a total of 2^63', { totalMinor: WIRE_AMOUNT_MAX + 1n }],
    ['a point of 63 bytes', { point: SAMPLE_ALLOWANCE.point.slice(1) }],
    ['an x without a y', { point: hex(`${'00'.repeat(31)}01${'00'.repeat(32)}`) }],
  ])('%s', (_, changes) => {
    expect(() => encodeAllowance({ ...SAMPLE_ALLOWANCE, ...changes }, KEY_ID, SIGNATURE)).toThrow();
  });

  // Compressed it would be read as the point of that x which is on the curve: another key.
  it('a point beside the curve whose x is on it', () => {
    const point = SAMPLE_ALLOWANCE.point.slice();
    point[63] = (point[63] ?? 0) ^ 2;
    expect(() => encodeAllowancePayload({ ...SAMPLE_ALLOWANCE, point })).toThrow(/point/);
  });
});

describe('limits are sound', () => {
  const { totalMinor, capMinor, countMax, firstSeq, hours } = SAMPLE_ALLOWANCE;
  const limits = { totalMinor, capMinor, countMax, firstSeq, hours };

  it.each([
    ['as the sample has them', {}, true],
    ['where one payment may spend all', { capMinor: totalMinor }, true],
    ['where one may spend more than all', { capMinor: totalMinor + 1n }, false],
    ['with a cap of nothing', { capMinor: 0n }, false],
    ['with a total of 2^63 − 1', { totalMinor: WIRE_AMOUNT_MAX }, true],
    ['with a total of 2^63', { totalMinor: WIRE_AMOUNT_MAX + 1n }, false],
    ['for 65535 payments', { countMax: 0xffff }, true],
    ['for 65536 payments', { countMax: 0x10000 }, false],
    ['for no payment', { countMax: 0 }, false],
    ['from seq 0', { firstSeq: 0 }, false],
    ['for 366 days', { hours: 8784 }, true],
    ['for an hour more', { hours: 8785 }, false],
  ])('%s', (_, changes, sound) => {
    expect(areLimitsSound({ ...limits, ...changes })).toBe(sound);
  });
});

describe('an order keeps to its allowance', () => {
  const fault = (order: Partial<Order>, allowance: Partial<Allowance> = {}) =>
    coverFault({ ...COVERED_ORDER, ...order }, { ...SAMPLE_ALLOWANCE, ...allowance });
  const { countMax, firstSeq, totalMinor, capMinor } = SAMPLE_ALLOWANCE;

  it('up to each of its limits', () => {
    expect(fault({})).toBeUndefined();
    expect(fault({ amountMinor: capMinor })).toBeUndefined();
    expect(fault({ spentBeforeMinor: totalMinor - COVERED_ORDER.amountMinor })).toBeUndefined();
    expect(fault({ seq: firstSeq })).toBeUndefined();
    expect(fault({ seq: firstSeq + countMax - 1 })).toBeUndefined();
    expect(fault({ validUntilS: validUntilS(SAMPLE_ALLOWANCE) })).toBeUndefined();
  });

  it('and not beyond one of them', () => {
    expect(fault({ amountMinor: capMinor + 1n })).toBe('counterfoil_over_cap');
    expect(fault({ spentBeforeMinor: totalMinor - COVERED_ORDER.amountMinor + 1n })).toBe(
      'counterfoil_over_total',
    );
    expect(fault({ seq: firstSeq - 1 })).toBe('counterfoil_over_count');
    expect(fault({ seq: firstSeq + countMax })).toBe('counterfoil_over_count');
    expect(fault({ validUntilS: validUntilS(SAMPLE_ALLOWANCE) + 1 })).toBe('counterfoil_expired');
  });

  it('counts without rounding, however large the amounts', () => {
    const allowance = { totalMinor: WIRE_AMOUNT_MAX, capMinor: WIRE_AMOUNT_MAX };
    const order = { amountMinor: 1n, spentBeforeMinor: WIRE_AMOUNT_MAX - 1n };
    expect(fault(order, allowance)).toBeUndefined();
    expect(fault({ ...order, amountMinor: 2n }, allowance)).toBe('counterfoil_over_total');
  });

  it('and counts seq beyond four bytes', () => {
    const allowance = { firstSeq: 0xffffffff, countMax: 0xffff };
    expect(fault({ seq: 0xffffffff }, allowance)).toBeUndefined();
    expect(fault({ seq: 0xfffffffe }, allowance)).toBe('counterfoil_over_count');
  });

  it.each<[string, Partial<Allowance>]>([
    ['allowance', { id: filled(8, 0xa2) }],
    ['account', { account: filled(16, 1) }],
    ['device', { device: 2 }],
    ['currency', { currency: 756 }],
  ])('of no other %s', (_, allowance) => {
    expect(fault({}, allowance)).toBe('not_guaranteed');
  });

  it('only when it says what it draws on, and what was spent before', () => {
    const { allowance: _, ...uncovered } = COVERED_ORDER;
    expect(coverFault(uncovered, SAMPLE_ALLOWANCE)).toBe('not_guaranteed');
    const { spentBeforeMinor: __, ...unsaid } = COVERED_ORDER;
    expect(coverFault(unsaid, SAMPLE_ALLOWANCE)).toBe('not_guaranteed');
  });
});
