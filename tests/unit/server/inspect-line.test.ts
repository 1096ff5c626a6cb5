// What the support desk is told, line by line.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeAllowance, validUntilS } from '#protocol/allowance.ts';
import { authorizationToQrText, encodeAuthorization } from '#protocol/authorization.ts';
import { toBase32 } from '#protocol/base32.ts';
import { type Bytes, toBase64url, toHex, toUtf8 } from '#protocol/bytes.ts';
import { splitIntoParts } from '#protocol/code-parts.ts';
import { counterfoilToQrText } from '#protocol/counterfoil.ts';
import { encodeOrder, paymentId, requestDigest } from '#protocol/order.ts';
import { payLink } from '#protocol/pay-link.ts';
import { writePaymentRequest } from '#protocol/payment-request-writer.ts';
import {
  encodeReceiptBody,
  protectedHeader,
  receiptOfGroup,
  receiptToQrText,
} from '#protocol/receipt.ts';
import { inspectionJson, inspectLine } from '#server/inspect-line.ts';
import vectors from '../../vectors/emvco-qr.json' with { type: 'json' };
import {
  COVERED_ORDER,
  counterfoilOf,
  KEY_ID,
  SAMPLE_ALLOWANCE,
} from '../protocol/sample-allowances.ts';

const bytes = (length: number, fill: number): Bytes => new Uint8Array(length).fill(fill);
const told = (line: string): Record<string, unknown> =>
  JSON.parse(inspectionJson(inspectLine(line)));

describe('every public sample code is told in its own words', () => {
  it.each(vectors)('$id', (vector) => {
    const line = told(`${vector.payload}\r`);
    expect(line).toMatchObject({
      kind: 'payment-request',
      verdict: vector.valid ? 'ok' : 'refused',
      scheme: vector.scheme,
      ...vector.expect,
    });
    expect(line.level).toBe(vector.level);
    if (vector.valid)
      expect(line).toMatchObject({ strictEmvco: vector.strictEmvco, payable: false });
    else expect(line).toMatchObject({ code: expect.any(String), reason: expect.any(String) });
  });
});

describe('our own request', () => {
  const written = writePaymentRequest({
    payee: bytes(16, 1),
    server: bytes(5, 2),
    requestId: bytes(10, 3),
    validUntilS: 1_800_000_000,
    amountMinor: 999_999_999_999n,
    tipOrFee: { kind: 'percentage-fee', feeHundredths: 525 },
    currency: 978,
    merchantName: 'Shop',
    city: 'Ulm',
    countryCode: 'DE',
  });
  const text = written.ok ? written.value : '';
  const expected = {
    kind: 'payment-request',
    verdict: 'ok',
    scheme: 'counterfoil',
    payable: true,
    payee: toBase32(bytes(16, 1)),
    server: toBase32(bytes(5, 2)),
    requestId: toBase32(bytes(10, 3)),
    validUntilS: 1_800_000_000,
    amount: '9999999999.99',
    amountMinor: 999_999_999_999,
    tipIndicator: '03',
    percentageFee: '5.25',
  };

  it('is told with payee, server and fee', () => {
    expect(told(text)).toMatchObject(expected);
  });

  it('is told the same when a link carries it, and the link is named', () => {
    expect(told(payLink('https://pay.example', text))).toEqual({ ...told(text), via: 'pay-link' });
  });
});

describe('an authorization', () => {
  const order = encodeOrder({
    server: bytes(5, 2),
    payer: bytes(16, 4),
    payee: bytes(16, 1),
    amountMinor: 2n ** 63n - 1n,
    currency: 392,
    requestDigest: requestDigest('x'),
    once: true,
    nonce: bytes(16, 5),
    device: 1,
    seq: 7,
    authorizedAtS: 1_700_000_000,
    validUntilS: 1_700_100_000,
    note: 'two teas',
  });
  const encoded = encodeAuthorization(
    order,
    bytes(32, 6),
    {
      authenticatorData: bytes(37, 5),
      clientDataJson: toUtf8('{"type":"webauthn.get"}'),
      signature: bytes(64, 8),
    },
    { rpId: 'localhost', origin: 'http://localhost:8080' },
  );

  it.each([
    ['by QR', authorizationToQrText(encoded)],
    ['in base64url', toBase64url(encoded)],
  ])('%s is told with all digits of its amount', (_, text) => {
    expect(inspectionJson(inspectLine(text))).toContain('"amountMinor":9223372036854775807,');
    expect(inspectLine(text)).toMatchObject({
      kind: 'authorization',
      verdict: 'ok',
      paymentId: toBase64url(paymentId(order)),
      payer: toBase32(bytes(16, 4)),
      payee: toBase32(bytes(16, 1)),
      amount: '9223372036854775807',
      currency: '392',
      currencyAlpha: 'JPY',
      seq: 7,
      note: 'two teas',
      signatureChecked: false,
    });
  });

  it('that is cut is refused as an authorization', () => {
    const cut = encoded.slice(0, 120);
    for (const text of [authorizationToQrText(cut), toBase64url(cut)]) {
      expect(told(text)).toMatchObject({
        kind: 'authorization',
        verdict: 'refused',
        code: 'bytes_malformed',
      });
    }
  });
});

describe('a receipt', () => {
  const body = encodeReceiptBody({
    server: bytes(5, 2),
    paymentId: bytes(32, 9),
    verdict: 'refused',
    code: 'insufficient_funds',
    amountMinor: 1250n,
    currency: 978,
    payer: bytes(16, 4),
    payee: bytes(16, 1),
    settledAtS: 1_700_000_100,
    epoch: 1,
  });
  const group = { header: protectedHeader(bytes(8, 3)), signature: bytes(64, 8), bodies: [body] };
  const receipt = receiptOfGroup(group, 0);

  it.each([
    ['by QR', receiptToQrText(receipt)],
    ['in base64url', toBase64url(receipt)],
  ])('%s keeps its own verdict apart from ours', (_, text) => {
    expect(told(text)).toMatchObject({
      kind: 'receipt',
      verdict: 'ok',
      paymentId: toBase64url(bytes(32, 9)),
      receiptVerdict: 'refused',
      receiptCode: 'insufficient_funds',
      amount: '12.50',
      amountMinor: 1250,
      currency: '978',
      settledAtS: 1_700_000_100,
    });
  });
});

describe('a counterfoil', () => {
  const encoded = counterfoilOf();
  const expected = {
    kind: 'counterfoil',
    verdict: 'ok',
    paymentId: toBase64url(paymentId(encodeOrder(COVERED_ORDER))),
    amount: '12.50',
    amountMinor: 1250,
    currency: '978',
    seq: 7,
    allowance: 'a1'.repeat(8),
    spentBeforeMinor: 3000,
    allowanceTotalMinor: 20_000,
    allowanceCapMinor: 5000,
    allowanceCountMax: 60,
    allowanceFirstSeq: 5,
    allowanceValidFromS: SAMPLE_ALLOWANCE.validFromS,
    allowanceValidUntilS: validUntilS(SAMPLE_ALLOWANCE),
    point: toHex(SAMPLE_ALLOWANCE.point),
    serverKeyHint: toHex(KEY_ID.slice(0, 1)),
    signatureChecked: false,
  };

  it('is told with its payment and its allowance', () => {
    const line = told(counterfoilToQrText(encoded));
    expect(line).toMatchObject(expected);
    expect(line).not.toHaveProperty('coverFault');
  });

  it('says where its order does not keep to its allowance', () => {
    const order = { ...COVERED_ORDER, amountMinor: 5001n };
    const line = told(counterfoilToQrText(counterfoilOf(order)));
    expect(line).toMatchObject({ verdict: 'ok', coverFault: 'counterfoil_over_cap' });
  });

  it('keeps all digits of its amounts', () => {
    const most = 2n ** 63n - 1n;
    const large = { ...SAMPLE_ALLOWANCE, totalMinor: most, capMinor: most };
    const json = inspectionJson(inspectLine(counterfoilToQrText(counterfoilOf(undefined, large))));
    expect(json).toContain('"allowanceTotalMinor":9223372036854775807,');
  });

  it('that is cut is refused as a counterfoil', () => {
    const cut = counterfoilToQrText(encoded.slice(0, -1));
    expect(told(cut)).toMatchObject({
      kind: 'counterfoil',
      verdict: 'refused',
      code: 'bytes_malformed',
    });
  });

  it('in parts is told part by part', () => {
    const text = counterfoilToQrText(counterfoilOf({ ...COVERED_ORDER, note: '🍅'.repeat(40) }));
    const parts = splitIntoParts(text).map(told);
    expect(parts).toEqual([
      { kind: 'part', verdict: 'ok', set: expect.any(String), place: 0, count: 2 },
      { kind: 'part', verdict: 'ok', set: parts[0]?.set, place: 1, count: 2 },
    ]);
  });
});

describe('an allowance', () => {
  const encoded = encodeAllowance(SAMPLE_ALLOWANCE, KEY_ID, bytes(64, 8));

  it('as the API answers it is told with its limits', () => {
    expect(told(` ${toBase64url(encoded)}\r`)).toEqual({
      kind: 'allowance',
      verdict: 'ok',
      allowance: 'a1'.repeat(8),
      account: toBase32(SAMPLE_ALLOWANCE.account),
      amount: '200.00',
      amountMinor: 20_000,
      currency: '978',
      currencyAlpha: 'EUR',
      server: toBase32(SAMPLE_ALLOWANCE.server),
      device: 1,
      credentialHint: toHex(SAMPLE_ALLOWANCE.credentialHint),
      allowanceTotalMinor: 20_000,
      allowanceCapMinor: 5000,
      allowanceCountMax: 60,
      allowanceFirstSeq: 5,
      allowanceValidFromS: SAMPLE_ALLOWANCE.validFromS,
      allowanceValidUntilS: validUntilS(SAMPLE_ALLOWANCE),
      point: toHex(SAMPLE_ALLOWANCE.point),
      keyId: toHex(KEY_ID),
      signatureChecked: false,
    });
  });

  it('that is cut is nothing we know', () => {
    expect(told(toBase64url(encoded.slice(0, -1)))).toMatchObject({ code: 'text_unknown' });
  });
});

describe('everything else is refused by name', () => {
  it.each([
    [
      'upi://pay?pa=a@b',
      {
        kind: 'foreign',
        code: 'scheme_not_supported',
        level: 'scheme',
        scheme: 'upi',
        country: 'IN',
      },
    ],
    ['CFC:ABC', { kind: 'counterfoil', code: 'bytes_malformed' }],
    ['hello', { kind: 'unknown', code: 'text_unknown' }],
    ['https://pay.example/pay?r=%', { kind: 'unknown', code: 'link_malformed', via: 'pay-link' }],
    ['9'.repeat(5000), { kind: 'unknown', code: 'text_too_long', level: 'limit' }],
  ])('%.30s', (line, expected) => {
    expect(told(line)).toMatchObject({ verdict: 'refused', ...expected });
  });

  it('any line gives exactly one line of JSON', () => {
    const units = fc.array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 60 });
    const line = fc.oneof(
      fc.string({ unit: 'binary' }),
      units.map((codes) => String.fromCharCode(...codes)),
    );
    fc.assert(
      fc.property(line, (text) => {
        const json = inspectionJson(inspectLine(text));
        expect(json).not.toMatch(/[\r\n]/);
        expect(JSON.parse(json)).toMatchObject({ kind: expect.any(String) });
      }),
    );
  });
});
