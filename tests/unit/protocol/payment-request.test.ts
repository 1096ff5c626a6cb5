// What the reader lets pass and what it refuses, beyond the public samples.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { toHex, toUtf8 } from '#protocol/bytes.ts';
import { crc16Text } from '#protocol/crc16.ts';
import { writeObject } from '#protocol/emvco.ts';
import { levelOf, readPaymentRequest } from '#protocol/payment-request.ts';
import { sha256 } from '#protocol/sha256.ts';
import vectors from '../../vectors/emvco-qr.json' with { type: 'json' };

const seal = (body: string) => `${body}6304${crc16Text(toUtf8(`${body}6304`))}`;

type Parts = Readonly<Record<string, string | undefined>>;
const PLAIN: Parts = {
  '00': '01',
  '26': '0016org.example.test0102M1',
  '52': '5411',
  '53': '978',
  '58': 'DE',
  '59': 'SHOP',
  '60': 'BERLIN',
};

/** A plain code with parts exchanged, added or (undefined) left out. */
function code(changes: Parts = {}): string {
  const parts = Object.entries({ ...PLAIN, ...changes }).sort(([a], [b]) => (a < b ? -1 : 1));
  return seal(
    parts.map(([id, value]) => (value === undefined ? '' : writeObject(id, value))).join(''),
  );
}

function refusalOf(text: string): string {
  const reading = readPaymentRequest(text);
  return reading.ok ? 'ok' : `${levelOf(reading.refusal.code)} ${reading.refusal.code}`;
}

function requestOf(text: string) {
  const reading = readPaymentRequest(text);
  if (!reading.ok) throw new Error(`${reading.refusal.code}: ${reading.refusal.detail}`);
  return reading.value;
}

it('the check sum is ISO/IEC 13239 as EMVCo uses it', () => {
  expect(crc16Text(toUtf8('123456789'))).toBe('29B1');
});

describe('each rule of EMVCo has its refusal', () => {
  it.each<[string, Parts, string]>([
    ['a plain code is read', {}, 'ok'],
    ['an empty object', { '61': '' }, 'limit qr_limit'],
    ['the name may have 25 characters', { '59': 'é'.repeat(25) }, 'ok'],
    ['the name may not have 26', { '59': 'é'.repeat(26) }, 'limit qr_limit'],
    ['a letter outside the basic plane counts once', { '60': '𠮷'.repeat(15) }, 'ok'],
    ['postal code over 10', { '61': '12345678901' }, 'limit qr_limit'],
    ['a GUID over 32', { '26': `0033${'x'.repeat(33)}` }, 'limit qr_limit'],
    ['a label over 25', { '62': `0526${'x'.repeat(26)}` }, 'limit qr_limit'],
    ['no country', { '58': undefined }, 'presence qr_presence'],
    ['no account', { '26': undefined }, 'presence qr_presence'],
    ['a template without GUID', { '26': '0102M1' }, 'presence qr_presence'],
    ['percentage announced, none given', { '55': '03' }, 'presence qr_presence'],
    ['local name without language', { '64': '0104NAME' }, 'presence qr_presence'],
    ['a template that does not nest', { '26': '0099x' }, 'structure qr_structure'],
    ['a sub-object twice', { '62': '0501A0501B' }, 'structure qr_structure'],
    ['initiation 13', { '01': '13' }, 'value qr_value'],
    ['category in letters', { '52': '54I1' }, 'value qr_value'],
    ['currency in letters', { '53': 'EUR' }, 'value qr_value'],
    ['a currency that is none', { '53': '999' }, 'value currency_unknown'],
    ['country in digits', { '58': '49' }, 'value qr_value'],
    ['tip indicator 04', { '55': '04' }, 'value fee_malformed'],
    ['a fee that nothing announces', { '56': '1.00' }, 'value fee_malformed'],
    ['a percentage that nothing announces', { '55': '01', '57': '5' }, 'value fee_malformed'],
    ['a fixed fee of zero', { '55': '02', '56': '0.00' }, 'value fee_malformed'],
    ['a percentage of 100', { '55': '03', '57': '100.0' }, 'value fee_malformed'],
    ['a percentage with a sign', { '55': '03', '57': '5.0%' }, 'value fee_malformed'],
    ['consumer data asked twice', { '62': '0902AA' }, 'value qr_value'],
    [
      'amount above what wallets pay',
      { '53': '414', '54': '9999999999999' },
      'value amount_too_large',
    ],
    ['a control character in the name', { '59': 'SHOP\u0007' }, 'value qr_value'],
    ['a name that turns its direction', { '59': 'SHOP\u202ePOHS' }, 'value qr_value'],
    ['a PromptPay code in euro', { '26': '0016A000000677010111' }, 'scheme scheme_currency'],
  ])('%s', (_, changes, expected) => {
    expect(refusalOf(code(changes))).toBe(expected);
  });

  it('00 stands first and 63 last', () => {
    expect(refusalOf(seal('5303978000201'))).toBe('structure qr_structure');
    expect(refusalOf('000201')).toBe('structure qr_structure');
    expect(refusalOf(`${code()}61031AB`)).toBe('structure qr_structure');
    expect(refusalOf(code().slice(0, -1))).toBe('structure qr_structure');
  });

  it('the first fault in the order structure, check sum, limit, presence, value, scheme decides', () => {
    const worse: Parts = { '54': '0', '59': 'x'.repeat(26), '58': undefined };
    expect(refusalOf(code({ ...worse, '62': '05' }))).toBe('structure qr_structure');
    expect(refusalOf(`${code(worse).slice(0, -4)}0000`)).toBe('crc qr_crc');
    expect(refusalOf(code(worse))).toBe('limit qr_limit');
    expect(refusalOf(code({ ...worse, '59': 'x' }))).toBe('presence qr_presence');
    expect(refusalOf(code({ '54': '0' }))).toBe('value amount_zero');
  });
});

describe('fees are read as whole numbers', () => {
  it.each([
    [{ '55': '01' }, { kind: 'tip-prompt' }],
    [
      { '55': '02', '56': '1.50' },
      { kind: 'fixed-fee', feeMinor: 150n },
    ],
    [
      { '55': '03', '57': '5' },
      { kind: 'percentage-fee', feeHundredths: 500 },
    ],
    [
      { '55': '03', '57': '00.01' },
      { kind: 'percentage-fee', feeHundredths: 1 },
    ],
    [
      { '55': '03', '57': '99.99' },
      { kind: 'percentage-fee', feeHundredths: 9999 },
    ],
  ])('%o', (changes, fee) => {
    expect(requestOf(code(changes)).tipOrFee).toEqual(fee);
  });
});

describe('what schemes are known to do is let pass and said', () => {
  it('a check sum in lower-case digits', () => {
    for (const text of vectors.filter(({ valid }) => valid).map(({ payload }) => payload)) {
      const lower = text.slice(0, -4) + text.slice(-4).toLowerCase();
      expect(refusalOf(lower)).toBe('ok');
    }
  });

  it('lengths that count UTF-8 bytes', () => {
    const name = 'Café Zoë';
    const inBytes = code({ '59': 'X' }).replace('5901X', `59${toUtf8(name).length}${name}`);
    const text = seal(inBytes.slice(0, -8));
    expect(requestOf(text)).toMatchObject({ merchantName: name, strict: false });
    expect(requestOf(text).deviations).toEqual(['lengths count bytes']);
  });

  it('an amount of zero means "ask" in Argentina and nowhere else', () => {
    const argentina = { '54': '0', '58': 'AR', '53': '032' };
    expect(requestOf(code(argentina)).amountMinor).toBeUndefined();
    expect(requestOf(code(argentina)).strict).toBe(false);
    expect(refusalOf(code({ ...argentina, '58': 'UY' }))).toBe('value amount_zero');
  });

  it('letters for the currency of Myanmar', () => {
    const text = code({ '26': '0011mm.com.mmqr', '53': 'MMK', '58': 'MM' });
    expect(requestOf(text)).toMatchObject({ scheme: 'mmqr', currency: 104, strict: false });
  });

  it('bare numbers as accounts in Kenya, which is damage elsewhere', () => {
    const bare = { '26': undefined, '29': '254700000000', '53': '404', '52': undefined };
    expect(requestOf(code({ ...bare, '58': 'KE' })).accounts).toEqual([
      { id: '29', value: '254700000000' },
    ]);
    expect(refusalOf(code({ ...bare, '58': 'UG' }))).toBe('structure qr_structure');
  });

  it('bare values in the unreserved templates', () => {
    expect(requestOf(code({ '80': '123' })).other).toEqual([{ id: '80', value: '123' }]);
  });

  it('the SHA-256 tail of Kyrgyzstan in place of the check sum', () => {
    const body = code({ '26': undefined, '32': '0012p2p.dengi.kg', '53': '417', '58': undefined });
    const head = body.slice(0, -8);
    const tail = toHex(sha256(toUtf8(head))).slice(-4);
    expect(requestOf(`${head}6304${tail.toUpperCase()}`)).toMatchObject({ scheme: 'elqr' });
    expect(refusalOf(`${code().slice(0, -4)}${tail}`)).toBe('crc qr_crc');
  });
});

describe('a refused code still says whose it is', () => {
  it.each(vectors.filter(({ valid }) => !valid))('$id', (vector) => {
    const reading = readPaymentRequest(vector.payload);
    expect(reading).toMatchObject({ ok: false, scheme: vector.scheme });
    if (!reading.ok) expect(reading.refusal.detail).toBeTruthy();
  });
});

describe('damage never gets through and never throws', () => {
  const samples = vectors.filter(({ valid }) => valid).map(({ payload }) => payload);

  it('any one character changed to another is noticed', () => {
    const position = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
    const digit = fc.constantFrom(...'0123456789ABCDEFabcdef é');
    fc.assert(
      fc.property(fc.constantFrom(...samples), position, digit, (text, at, other) => {
        const points = [...text];
        // Only what the check sum covers, and not its own case.
        const index = Math.floor(at * (points.length - 4));
        fc.pre(points[index] !== other);
        points[index] = other;
        expect(readPaymentRequest(points.join('')).ok).toBe(false);
      }),
    );
  });

  it('any cut is noticed', () => {
    fc.assert(
      fc.property(fc.constantFrom(...samples), fc.nat(), (text, length) => {
        const points = [...text];
        const cut = points.slice(0, length % points.length).join('');
        expect(readPaymentRequest(cut).ok).toBe(false);
      }),
    );
  });

  it('whatever the text, there is an answer', () => {
    const anything = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 200 }),
      fc
        .array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 100 })
        .map((units) => String.fromCharCode(...units)),
      fc
        .string({ unit: fc.constantFrom(...'0123456789'), maxLength: 200 })
        .map((text) => `000201${text}`),
      fc
        .array(fc.tuple(fc.nat(99), fc.string({ unit: 'binary', maxLength: 20 })))
        .map((objects) =>
          seal(
            `000201${objects.map(([id, value]) => writeObject(String(id).padStart(2, '0'), value)).join('')}`,
          ),
        ),
    );
    fc.assert(
      fc.property(anything, (text) => {
        const reading = readPaymentRequest(text);
        expect(typeof (reading.ok ? reading.value.scheme : reading.scheme)).toBe('string');
      }),
      { numRuns: 500 },
    );
  });

  it('a text over 4096 characters is refused for its length', () => {
    expect(refusalOf(`000201${'9'.repeat(4096)}`)).toBe('limit text_too_long');
  });
});
