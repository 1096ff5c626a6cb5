import { describe, expect, test } from 'vitest';
import { payLink } from '#protocol/pay-link.ts';
import { writePaymentRequest } from '#protocol/payment-request-writer.ts';
import { RECEIPT_QR_PREFIX } from '#protocol/receipt.ts';
import { codeLines, findingOf } from '#ui/scan-finding.ts';

function ownRequest(): string {
  const text = writePaymentRequest({
    payee: new Uint8Array(16).fill(7),
    server: new Uint8Array(5).fill(1),
    currency: 978,
    amountMinor: 1250n,
    merchantName: 'MARIE & FILS',
    city: 'ABIDJAN',
    countryCode: 'CI',
  });
  if (!text.ok) throw new Error(text.refusal.code);
  return text.value;
}

describe('what follows from a scanned text', () => {
  const text = ownRequest();
  const address = `/pay?r=${encodeURIComponent(text)}`;

  test.each([
    ['a request', text],
    ['a request with blanks around it', ` ${text}\n`],
    ['a pay link of any host', payLink('https://pay.example', text)],
  ])('%s leads to its review, with the request itself in the address', (_name, scanned) => {
    expect(findingOf(scanned)).toEqual({ kind: 'pay', address });
    expect(new URLSearchParams(address.slice(address.indexOf('?'))).get('r')).toBe(text);
  });

  test('a damaged request says so', () => {
    expect(findingOf(text.replace('MARIE', 'MARIO'))).toMatchObject({
      kind: 'refused',
      code: 'qr_crc',
    });
  });

  test('another system’s code is named', () => {
    expect(findingOf('upi://pay?pa=x@y')).toEqual({
      kind: 'refused',
      code: 'scheme_not_supported',
      scheme: 'UPI',
    });
  });

  test('nothing, and anything else, have codes of their own', () => {
    expect(findingOf('  ')).toEqual({ kind: 'refused', code: 'text_empty' });
    expect(findingOf('https://example.com/menu')).toEqual({
      kind: 'refused',
      code: 'text_unknown',
    });
  });

  test('a damaged receipt is a refusal, not a receipt', () => {
    expect(findingOf(`${RECEIPT_QR_PREFIX}::::`)).toMatchObject({
      kind: 'refused',
      code: 'bytes_malformed',
    });
  });
});

describe('a pasted list', () => {
  test('is its own lines, without what somebody wrote between them', () => {
    expect(codeLines('My payments:\r\n CFA:AA \n\nCFC:BB\nthanks\nCFR:CC')).toEqual([
      'CFA:AA',
      'CFC:BB',
      'CFR:CC',
    ]);
  });

  test.each([
    ['one code', 'CFA:AA'],
    ['one code with words around it', 'Here it is:\nCFC:BB\nthanks'],
    ['a part of a code', 'CFP:00000000:0:2:AA\nCFP:00000000:1:2:BB'],
    ['a request', ownRequest()],
  ])('%s is no list', (_name, text) => {
    expect(codeLines(text)).toBeUndefined();
  });
});
