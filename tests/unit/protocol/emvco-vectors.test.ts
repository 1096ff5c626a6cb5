// The public sample codes: every entry gives the verdict, level, scheme and fields that it states.
import { describe, expect, it } from 'vitest';
import { currencyNumericText } from '#protocol/currency.ts';
import { levelOf, type PaymentRequest, readPaymentRequest } from '#protocol/payment-request.ts';
import vectors from '../../vectors/emvco-qr.json' with { type: 'json' };

const TIP_INDICATOR = { 'tip-prompt': '01', 'fixed-fee': '02', 'percentage-fee': '03' } as const;

/** A request in the words of the vector file. */
function inVectorWords(request: PaymentRequest): Record<string, unknown> {
  const { additional, tipOrFee, amountMinor, currency, ...rest } = request;
  return {
    ...rest,
    ...additional,
    currency: currencyNumericText(currency),
    ...(amountMinor !== undefined && { amountMinor: Number(amountMinor) }),
    ...(tipOrFee && { tipIndicator: TIP_INDICATOR[tipOrFee.kind] }),
    ...(Object.keys(request.additionalOther).length === 0 && { additionalOther: undefined }),
    ...(request.other.length === 0 && { other: undefined }),
  };
}

const FIELDS = [
  ...new Set(vectors.flatMap((vector) => Object.keys(vector.expect))),
  'amount',
  'reference',
  'postalCode',
];

describe('every public sample code gives the stated verdict', () => {
  it.each(vectors)('$id', (vector) => {
    const reading = readPaymentRequest(vector.payload);
    const told = reading.ok ? reading.value : reading;
    expect(told.scheme).toBe(vector.scheme);
    expect(reading.ok, JSON.stringify(reading.ok || reading.refusal)).toBe(vector.valid);
    if (!reading.ok) {
      expect(levelOf(reading.refusal.code)).toBe(vector.level);
      return;
    }
    const words = inVectorWords(reading.value);
    const stated: Record<string, unknown> = vector.expect;
    for (const field of FIELDS) expect(words[field], field).toEqual(stated[field]);
    expect(reading.value.strict).toBe(vector.strictEmvco);
    expect(reading.value.deviations).toEqual(vector.deviations ?? []);
    expect(reading.value.text).toBe(vector.payload);
  });
});
