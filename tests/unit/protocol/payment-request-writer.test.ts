import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MAX_AMOUNT_MINOR } from '#protocol/amount.ts';
import { fromBase32, toBase32 } from '#protocol/base32.ts';
import { type Bytes, toUtf8 } from '#protocol/bytes.ts';
import { crc16Text } from '#protocol/crc16.ts';
import { CURRENCIES } from '#protocol/currency.ts';
import type { TipOrFee } from '#protocol/payable-total.ts';
import { levelOf, readPaymentRequest } from '#protocol/payment-request.ts';
import {
  fitForCode,
  type PaymentRequestDraft,
  textForCode,
  writePaymentRequest,
} from '#protocol/payment-request-writer.ts';

const bytes = (length: number, fill: number): Bytes => new Uint8Array(length).fill(fill);
const STATIC: PaymentRequestDraft = {
  payee: bytes(16, 1),
  server: bytes(5, 2),
  currency: 978,
  merchantName: 'Market Stall 7',
  city: 'Accra',
  countryCode: 'gh',
};
const DYNAMIC: PaymentRequestDraft = {
  ...STATIC,
  requestId: bytes(10, 3),
  validUntilS: 1_800_000_000,
  amountMinor: 1250n,
};

function written(draft: PaymentRequestDraft): string {
  const text = writePaymentRequest(draft);
  if (!text.ok) throw new Error(`${text.refusal.code}: ${text.refusal.detail}`);
  return text.value;
}

function refusalOf(draft: PaymentRequestDraft): string {
  const text = writePaymentRequest(draft);
  return text.ok ? 'ok' : text.refusal.code;
}

describe('our own code', () => {
  it('of a printed stall is exactly this text', () => {
    expect(written(STATIC)).toBe(
      '000201' +
        '010211' +
        '26610015APP.COUNTERFOIL0126040G2081040G2081040G2081040408081040G2' +
        '520400005303978' +
        '5802GH5914MARKET STALL 76005ACCRA' +
        '63049027',
    );
  });

  it('fits QR alphanumeric mode when its names are ASCII', () => {
    expect(written(DYNAMIC)).toMatch(/^[0-9A-Z $%*+\-./:]+$/);
  });

  it('is static without a request id and dynamic with one', () => {
    expect(readPaymentRequest(written(STATIC))).toMatchObject({
      value: { initiation: 'static', scheme: 'counterfoil', strict: true },
    });
    expect(readPaymentRequest(written(DYNAMIC))).toMatchObject({
      value: { initiation: 'dynamic', scheme: 'counterfoil', strict: true },
    });
  });

  it('that ends must be dynamic: a printed code has no last day', () => {
    expect(() => writePaymentRequest({ ...STATIC, validUntilS: 1 })).toThrow();
  });

  it.each<[string, Partial<PaymentRequestDraft>, string]>([
    ['name over 25', { merchantName: 'x'.repeat(26) }, 'qr_limit'],
    ['no name', { merchantName: '  ' }, 'qr_presence'],
    ['city over 15', { city: 'x'.repeat(16) }, 'qr_limit'],
    ['a name with a control character', { merchantName: 'A\u0000B' }, 'qr_value'],
    ['half a surrogate pair', { city: 'A\ud83d' }, 'qr_value'],
    ['no such currency', { currency: 999 }, 'currency_unknown'],
    ['amount zero', { amountMinor: 0n }, 'amount_zero'],
    ['amount over 2^53 − 1', { amountMinor: MAX_AMOUNT_MINOR + 1n }, 'amount_too_large'],
    ['amount over 13 characters', { amountMinor: 123_456_789_012_345n }, 'amount_too_large'],
    [
      'a percentage of 100',
      { tipOrFee: { kind: 'percentage-fee', feeHundredths: 10_000 } },
      'fee_malformed',
    ],
    ['a fixed fee of zero', { tipOrFee: { kind: 'fixed-fee', feeMinor: 0n } }, 'fee_malformed'],
    ['country that is none', { countryCode: 'G1' }, 'qr_value'],
    ['category that is none', { merchantCategoryCode: '54X1' }, 'qr_value'],
    ['a label over 25', { additional: { reference: 'x'.repeat(26) } }, 'qr_limit'],
    [
      'labels over 99 in all',
      {
        additional: {
          reference: 'x'.repeat(25),
          billNumber: 'x'.repeat(25),
          storeLabel: 'x'.repeat(25),
          purpose: 'x'.repeat(25),
        },
      },
      'qr_limit',
    ],
  ])('is not written with %s', (_, change, code) => {
    expect(refusalOf({ ...STATIC, ...change })).toBe(code);
  });

  it('drops idle decimals before it gives up on a large amount', () => {
    const text = written({ ...STATIC, amountMinor: 123_456_789_012_300n });
    expect(text).toContain('54131234567890123');
    expect(readPaymentRequest(text)).toMatchObject({
      value: { amountMinor: 123_456_789_012_300n },
    });
  });
});

describe('names are made fit for a code', () => {
  it('ASCII goes to upper case, other letters stay as they are', () => {
    expect(textForCode(' Market   Stall ')).toBe('MARKET STALL');
    expect(textForCode('Café Zoë')).toBe('Café Zoë');
    expect(textForCode('Cafe\u0301')).toBe('Café');
  });

  it('a long name is cut between letters, not between a letter and its marks', () => {
    expect(fitForCode('a'.repeat(30), 25)).toBe('A'.repeat(25));
    expect(fitForCode('aq\u0323', 2)).toBe('A');
    expect(fitForCode('မြန်မာ', 3)).toBe('မြ');
    expect(fitForCode('short', 25)).toBe('SHORT');
  });
});

const arrays = (length: number) =>
  fc.uint8Array({ minLength: length, maxLength: length }).map((array) => array.slice() as Bytes);
const ascii = (max: number) =>
  fc
    .string({ unit: 'grapheme-ascii', minLength: 1, maxLength: max })
    .filter((text) => text.trim() !== '');
const letters = (max: number) =>
  fc
    .array(fc.constantFrom(...'aZ9é語မŁ😀ñ ء'), { minLength: 1, maxLength: max })
    .map((points) => points.join(''))
    .filter((text) => text.trim() !== '');
const tipOrFees: fc.Arbitrary<TipOrFee> = fc.oneof(
  fc.constant<TipOrFee>({ kind: 'tip-prompt' }),
  fc
    .bigInt({ min: 1n, max: 99_999n })
    .map((feeMinor): TipOrFee => ({ kind: 'fixed-fee', feeMinor })),
  fc
    .integer({ min: 1, max: 9999 })
    .map((feeHundredths): TipOrFee => ({ kind: 'percentage-fee', feeHundredths })),
);
const drafts = fc
  .record(
    {
      payee: arrays(16),
      server: arrays(5),
      requestId: arrays(10),
      currency: fc.constantFrom(...CURRENCIES.map(({ numeric }) => numeric)),
      amountMinor: fc.bigInt({ min: 1n, max: 99_999_999n }),
      tipOrFee: tipOrFees,
      merchantName: fc.oneof(ascii(25), letters(25)),
      city: fc.oneof(ascii(15), letters(15)),
      countryCode: fc.constantFrom('GH', 'de', 'BR'),
      postalCode: ascii(10),
      additional: fc.record(
        { reference: ascii(25), terminalLabel: letters(25) },
        { requiredKeys: [] },
      ),
      local: fc.record({ language: fc.constantFrom('my', 'JA'), name: letters(25) }),
    },
    { requiredKeys: ['payee', 'server', 'currency', 'merchantName', 'city', 'countryCode'] },
  )
  .chain((draft) =>
    draft.requestId === undefined
      ? fc.constant(draft)
      : fc
          .option(fc.integer({ min: 0, max: 0xffffffffff }), { nil: undefined })
          .map((validUntilS) => ({
            ...draft,
            ...(validUntilS !== undefined && { validUntilS }),
          })),
  );

describe('whatever is written is read back', () => {
  it('with the same payee, amount, fee and names', () => {
    fc.assert(
      fc.property(drafts, (input) => {
        const draft = input as PaymentRequestDraft;
        const text = written(draft);
        const reading = readPaymentRequest(text);
        if (!reading.ok) throw new Error(reading.refusal.code);
        const { value } = reading;
        const { payee, server, requestId, validUntilS } = draft;
        expect(value.counterfoil).toEqual({
          payee,
          server,
          ...(requestId && { requestId }),
          ...(validUntilS !== undefined && { validUntilS }),
        });
        expect(value.text).toBe(text);
        expect(value.strict).toBe(true);
        expect(value.amountMinor).toBe(draft.amountMinor);
        expect(value.currency).toBe(draft.currency);
        expect(value.tipOrFee).toEqual(draft.tipOrFee);
        expect(value.merchantName).toBe(textForCode(draft.merchantName));
        expect(value.city).toBe(textForCode(draft.city));
        expect(value.local?.name).toBe(draft.local && textForCode(draft.local.name));
        expect(value.countryCode).toBe(draft.countryCode.toUpperCase());
        const reference = draft.additional?.reference;
        expect(value.additional.reference).toBe(reference && textForCode(reference));
      }),
    );
  });
});

describe('a damaged template of ours is refused by what is wrong with it', () => {
  const payee = toBase32(bytes(16, 1));
  const server = toBase32(bytes(5, 2));
  const id = toBase32(bytes(10, 3));
  const own = (parts: readonly (readonly [string, string])[], initiation = '11') => {
    const template = parts
      .map(([sub, value]) => sub + String(value.length).padStart(2, '0') + value)
      .join('');
    const inner = `0015APP.COUNTERFOIL${template}`;
    const body = `0002010102${initiation}26${inner.length}${inner}5204000053039785802GH5901X6001Y6304`;
    return body + crc16Text(toUtf8(body));
  };

  it.each<[string, string, string]>([
    ['payee missing', own([['04', server]]), 'request_payee_malformed'],
    [
      'payee too short',
      own([
        ['01', payee.slice(1)],
        ['04', server],
      ]),
      'request_payee_malformed',
    ],
    [
      'payee not base32',
      own([
        ['01', `U${payee.slice(1)}`],
        ['04', server],
      ]),
      'request_payee_malformed',
    ],
    ['server missing', own([['01', payee]]), 'request_server_malformed'],
    [
      'server too long',
      own([
        ['01', payee],
        ['04', `${server}0`],
      ]),
      'request_server_malformed',
    ],
    [
      'dynamic without request id',
      own(
        [
          ['01', payee],
          ['04', server],
        ],
        '12',
      ),
      'request_id_malformed',
    ],
    [
      'request id of a static code',
      own([
        ['01', payee],
        ['02', id],
        ['04', server],
      ]),
      'request_id_malformed',
    ],
    [
      'request id too short',
      own(
        [
          ['01', payee],
          ['02', 'AAAA'],
          ['04', server],
        ],
        '12',
      ),
      'request_id_malformed',
    ],
    [
      'last day of a static code',
      own([
        ['01', payee],
        ['03', '1'],
        ['04', server],
      ]),
      'request_validity_malformed',
    ],
    [
      'last day in words',
      own(
        [
          ['01', payee],
          ['02', id],
          ['03', 'NEVER'],
          ['04', server],
        ],
        '12',
      ),
      'request_validity_malformed',
    ],
    [
      'last day beyond counting',
      own(
        [
          ['01', payee],
          ['02', id],
          ['03', '9999999999999'],
          ['04', server],
        ],
        '12',
      ),
      'request_validity_malformed',
    ],
  ])('%s', (_, text, code) => {
    const reading = readPaymentRequest(text);
    expect(reading).toMatchObject({ ok: false, scheme: 'counterfoil', refusal: { code } });
    expect(reading.ok || levelOf(reading.refusal.code)).toBe('value');
  });

  it('parts that a later version adds are left alone', () => {
    const reading = readPaymentRequest(
      own([
        ['01', payee],
        ['04', server],
        ['09', 'NEW'],
      ]),
    );
    expect(reading).toMatchObject({
      ok: true,
      value: { counterfoil: { payee: fromBase32(payee, 16) } },
    });
  });

  it('ours is found among the accounts of other schemes', () => {
    const body = `${own([
      ['01', payee],
      ['04', server],
    ]).slice(0, -8)}51110007SG.SGQR6304`;
    const reading = readPaymentRequest(body + crc16Text(toUtf8(body)));
    expect(reading).toMatchObject({
      value: { scheme: 'counterfoil', counterfoil: { server: bytes(5, 2) } },
    });
  });
});
