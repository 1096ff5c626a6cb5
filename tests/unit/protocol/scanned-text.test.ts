// What any scanned, pasted or shared text is taken for.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { toBase45 } from '#protocol/base45.ts';
import { toBase64url } from '#protocol/bytes.ts';
import { splitIntoParts } from '#protocol/code-parts.ts';
import { isPayLink, payLink, readPayLink } from '#protocol/pay-link.ts';
import { writePaymentRequest } from '#protocol/payment-request-writer.ts';
import { readScannedText } from '#protocol/scanned-text.ts';
import vectors from '../../vectors/emvco-qr.json' with { type: 'json' };

const written = writePaymentRequest({
  payee: new Uint8Array(16).fill(7),
  server: new Uint8Array(5).fill(9),
  currency: 978,
  merchantName: 'Café + Bar & Co',
  city: 'Köln',
  countryCode: 'DE',
});
if (!written.ok) throw new Error(written.refusal.code);
const REQUEST = written.value;

describe('codes of other systems are named and declined', () => {
  it.each([
    ['upi', 'upi://pay?pa=shop@bank&pn=Shop&am=10.00&cu=INR'],
    ['upi', 'UPI://PAY?pa=shop@bank'],
    ['epc', 'BCD\n002\n1\nSCT\n\nRed Cross\nBE72000000001616\nEUR1'],
    ['epc', 'BCD\r\n001\r\n1\r\nSCT\r\nBPOTBEB1\r\nRed Cross\r\nBE72000000001616'],
    ['epc', 'BCD\\n002\\n1\\nSCT'],
    ['epc', 'BCD'],
    ['swiss-qr-bill', 'SPC\n0200\n1\nCH4431999123000889012\nS'],
    ['spayd', 'SPD*1.0*ACC:CZ5855000000001265098001*AM:480.50*CC:CZK'],
    ['ips-serbia', 'K:PR|V:01|C:1|R:845000000040484987|N:JP EPS BEOGRAD|I:RSD3596,13|SF:189'],
    ['gost-56042', 'ST00012|Name=ООО «Три кита»|PersonalAcc=40702810138250123017|Sum=100000'],
    ['gost-56042', 'ST00011|Name=Shop'],
    ['bitcoin', 'bitcoin:bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdq?amount=0.01'],
    ['bitcoin', 'BITCOIN:BC1QAR0SRRR7XFKVY5L643LYDNW9RE59GTZZWF5MDQ'],
    ['lightning', 'lightning:LNBC20M1PVJLUEZ'],
    [
      'lightning',
      'lnbc20m1pvjluezhp58yjmdan79s6qqdhdzgynm4zwqd5d7xmw5fk98klysy043l2ahrqspp5qqqsyq',
    ],
    ['interledger', '$wallet.example/alice'],
    ['interledger', '$ilp.wallet.example.com'],
    ['taler', 'taler://pay/merchant.example/order-1/?c=abc'],
    ['taler', 'taler+http://pay/localhost:9966/order-1/'],
    ['taler', 'taler://pay-push/exchange.example/abc'],
    ['codi', '{"TYP":20,"v":{"DEV":"000/1"},"ic":{"IDC":"1"},"CRY":"abc"}'],
    ['emv-cpm', 'hQVDUFYwMWETTwegAAAAVVVVUA9BRElDIEFQUEwgTEFCRUw='],
    ['thai-barcode', '|099400015804189\r\n123456\r\n789\r\n10000'],
  ])('%s: %s', (kind, text) => {
    expect(readScannedText(text)).toMatchObject({
      kind: 'foreign',
      code: { kind },
      refusal: { code: 'scheme_not_supported' },
    });
  });

  it.each(['$5.00', '$', 'BCDE', 'lnbc', 'SPD', 'K:PR', '{"TYP":20}', 'upi:', 'ST0001'])(
    '%s is nobody’s code',
    (text) => {
      expect(readScannedText(text)).toEqual({
        kind: 'unknown',
        refusal: { code: 'text_unknown' },
      });
    },
  );
});

describe('a pay link carries a request', () => {
  const scanned = (text: string) => {
    const found = readScannedText(text);
    return found.kind === 'payment-request' && found.reading.ok
      ? { via: found.via, text: found.reading.value.text }
      : found;
  };

  it.each([
    ['as the wallet writes it', payLink('https://pay.example', REQUEST)],
    ['from localhost', payLink('http://localhost:8080', REQUEST)],
    ['with blanks as plus signs', `https://pay.example/pay?${new URLSearchParams({ r: REQUEST })}`],
    ['among other parameters', `${payLink('https://pay.example', REQUEST)}&utm=1#top`],
    ['by its own protocol', payLink('web+counterfoil:', REQUEST).replace(':/', ':')],
    ['with slashes', `web+counterfoil://pay?r=${encodeURIComponent(REQUEST)}`],
    [
      'inside the protocol handler’s link',
      payLink('https://pay.example', `web+counterfoil:pay?r=${encodeURIComponent(REQUEST)}`),
    ],
    ['with blanks around it', `\n ${payLink('https://pay.example', REQUEST)}\r\n`],
  ])('%s', (_, link) => {
    expect(scanned(link)).toEqual({ via: 'pay-link', text: REQUEST });
  });

  it.each([
    ['nothing inside', 'https://pay.example/pay?r='],
    ['broken encoding', 'https://pay.example/pay?r=%E0%A4%A'],
    ['two requests', 'https://pay.example/pay?r=1&r=2'],
    ['no parameter', 'web+counterfoil:pay'],
    [
      'links inside links inside links',
      [1, 2, 3, 4, 5].reduce((link) => payLink('https://a.example', link), 'x'),
    ],
  ])('%s is refused as a broken link', (_, link) => {
    expect(readScannedText(link)).toMatchObject({
      kind: 'unknown',
      refusal: { code: 'link_malformed' },
    });
  });

  it('another site’s page is no pay link', () => {
    expect(isPayLink('https://shop.example/pay?order=1')).toBe(false);
    expect(isPayLink('https://shop.example/repay?r=1')).toBe(false);
    expect(readScannedText('https://shop.example/pay?order=1').kind).toBe('unknown');
  });

  it('what was put in comes out', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', minLength: 1 }), (text) => {
        fc.pre(text.trim() !== '');
        expect(readPayLink(payLink('https://a.example', text))).toEqual({
          ok: true,
          value: text.trim(),
        });
      }),
    );
  });

  it('a code behind the # of a URL is read too', () => {
    const link = `https://bank.example/qr/#${encodeURIComponent(REQUEST)}`;
    expect(scanned(link)).toEqual({ via: 'url-fragment', text: REQUEST });
  });
});

describe('our own codes are known by their prefix', () => {
  const bytes = Uint8Array.of(0x85, ...new Uint8Array(99));

  it.each([
    ['authorization', `CFA:${toBase45(bytes)}`],
    ['authorization', toBase64url(bytes)],
    ['receipt', `CFR:${toBase45(bytes)}`],
    ['receipt', toBase64url(Uint8Array.of(0x82, ...new Uint8Array(99)))],
  ])('%s', (kind, text) => {
    expect(readScannedText(text)).toMatchObject({ kind, bytes: { ok: true } });
  });

  it('a damaged one is refused as what it meant to be', () => {
    expect(readScannedText('CFA:???')).toMatchObject({
      kind: 'authorization',
      bytes: { ok: false, refusal: { code: 'bytes_malformed' } },
    });
    expect(readScannedText('CFR:')).toMatchObject({ kind: 'receipt' });
  });

  it('a counterfoil is bytes to be decoded, a part is a part', () => {
    expect(readScannedText('CFC:BB8')).toMatchObject({ kind: 'counterfoil', bytes: { ok: true } });
    expect(readScannedText('CFC:???')).toMatchObject({
      kind: 'counterfoil',
      bytes: { ok: false, refusal: { code: 'bytes_malformed' } },
    });
    const [part = ''] = splitIntoParts('CFC:'.padEnd(900, 'A'));
    expect(readScannedText(part)).toMatchObject({ kind: 'part', part: { place: 0, count: 2 } });
    expect(readScannedText('CFP:ABC')).toMatchObject({ kind: 'unknown' });
  });
});

describe('every text has an answer', () => {
  it.each(vectors)('$id is taken for a payment request', ({ payload }) => {
    expect(readScannedText(`  ${payload}\r\n`)).toMatchObject({ kind: 'payment-request' });
  });

  it.each([
    ['', 'text_empty'],
    [' \r\n\t', 'text_empty'],
    ['hello', 'text_unknown'],
    ['4006381333931', 'text_unknown'],
    ['https://example.org/', 'text_unknown'],
    ['x'.repeat(4097), 'text_too_long'],
    ['😀'.repeat(4097), 'text_too_long'],
    ['0'.repeat(100_000), 'text_too_long'],
  ])('%.20s: %s', (text, code) => {
    expect(readScannedText(text)).toMatchObject({ kind: 'unknown', refusal: { code } });
  });

  it('4096 characters are counted as people count them', () => {
    expect(readScannedText('😀'.repeat(4096))).toMatchObject({ refusal: { code: 'text_unknown' } });
  });

  it('and none throws', () => {
    const own = ['CFA:', 'CFR:', 'CFC:', 'CFP:', 'CFP:0123ABCD:0:2:'];
    const heads = ['', '0002', '000201', ...own, 'upi://', 'BCD\n', '$a.', 'lnbc1'];
    const links = [
      'https://a/pay?r=',
      'web+counterfoil:pay?r=',
      'https://a/#0002',
      '{"TYP":1,"ic":',
    ];
    const units = fc.array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 80 });
    const tails = fc.oneof(
      fc.string({ unit: 'binary' }),
      units.map((codes) => String.fromCharCode(...codes)),
      fc.string({ unit: fc.constantFrom(...'%+&=?#0123456789ABCDEF') }),
      fc.string({ unit: fc.constantFrom(...'0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:') }),
      fc.string({ unit: 'binary' }).map((text) => text.repeat(500)),
    );
    fc.assert(
      fc.property(fc.constantFrom(...heads, ...links), tails, (head, tail) => {
        expect(typeof readScannedText(head + tail).kind).toBe('string');
      }),
      { numRuns: 1000 },
    );
  });
});
