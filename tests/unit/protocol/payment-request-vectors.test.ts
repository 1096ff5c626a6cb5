// Our published vectors: another implementation is right when it agrees with these.
import { describe, expect, it } from 'vitest';
import { fromBase32 } from '#protocol/base32.ts';
import { type Bytes, toHex } from '#protocol/bytes.ts';
import { requestDigest } from '#protocol/order.ts';
import { levelOf, readPaymentRequest } from '#protocol/payment-request.ts';
import { type PaymentRequestDraft, writePaymentRequest } from '#protocol/payment-request-writer.ts';
import vectors from '../../vectors/payment-request.json' with { type: 'json' };

function bytesOf(text: string, length: number): Bytes {
  const bytes = fromBase32(text, length);
  if (!bytes) throw new Error(`not base32: ${text}`);
  return bytes;
}

/** Byte strings and amounts are text in JSON. */
function draftOf(request: (typeof vectors.valid)[number]['request']): PaymentRequestDraft {
  const { payee, server, requestId, amountMinor, tipOrFee, ...rest } = request;
  const fee =
    tipOrFee && 'feeMinor' in tipOrFee ? { feeMinor: BigInt(tipOrFee.feeMinor ?? 0) } : {};
  return {
    ...rest,
    payee: bytesOf(payee, 16),
    server: bytesOf(server, 5),
    ...(requestId && { requestId: bytesOf(requestId, 10) }),
    ...(amountMinor && { amountMinor: BigInt(amountMinor) }),
    ...(tipOrFee && { tipOrFee: { ...tipOrFee, ...fee } }),
  } as PaymentRequestDraft;
}

describe('our payment requests are written and read as published', () => {
  it.each(vectors.valid)('$id', ({ text, request, requestDigest: digest }) => {
    const draft = draftOf(request);
    expect(writePaymentRequest(draft)).toEqual({ ok: true, value: text });
    expect(toHex(requestDigest(text))).toBe(digest);
    const { payee, server, requestId, validUntilS, additional, ...fields } = draft;
    expect(readPaymentRequest(text)).toMatchObject({
      ok: true,
      value: {
        ...fields,
        additional: additional ?? {},
        strict: true,
        counterfoil: {
          payee,
          server,
          ...(requestId && { requestId }),
          ...(validUntilS !== undefined && { validUntilS }),
        },
      },
    });
  });

  it.each(vectors.refused)('$id: $code', ({ text, code, level }) => {
    const reading = readPaymentRequest(text);
    expect(reading).toMatchObject({ ok: false, scheme: 'counterfoil', refusal: { code } });
    expect(reading.ok || levelOf(reading.refusal.code)).toBe(level);
  });
});
