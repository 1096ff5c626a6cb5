import { generateKeyPairSync, sign } from 'node:crypto';
import { decode } from 'cborg';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { toHex, toUtf8 } from '#protocol/bytes.ts';
import { crc16Text } from '#protocol/crc16.ts';
import { readRun } from '#protocol/emvco.ts';
import {
  type CertifiedName,
  decodeNameCertificate,
  encodeNameCertificate,
  lastDayEndS,
  NAME_CERTIFICATE_LENGTH,
  type NameCertificate,
  nameCertificateOf,
  nameOfRequest,
  nameSignedBytes,
  writeNameTemplates,
} from '#protocol/name-certificate.ts';
import { type PaymentRequest, readPaymentRequest } from '#protocol/payment-request.ts';
import {
  fitForCode,
  type PaymentRequestDraft,
  writePaymentRequest,
} from '#protocol/payment-request-writer.ts';
import { judgeName } from './offline-judge.ts';
import { anyBytes, filled } from './sample-orders.ts';

const KEY_ID = toUtf8('key-0001');
const DRAFT: PaymentRequestDraft = {
  payee: filled(16, 0xbb),
  server: filled(5, 0x5e),
  currency: 978,
  merchantName: 'CAFE BENTO',
  city: 'LISBOA',
  countryCode: 'PT',
  merchantCategoryCode: '5812',
};
const NAME: CertifiedName = {
  server: DRAFT.server,
  payee: DRAFT.payee,
  name: 'CAFE BENTO',
  city: 'LISBOA',
  country: 'PT',
  category: '5812',
  lastDay: 20_500,
};

const anyCertificate: fc.Arbitrary<NameCertificate> = fc.record({
  keyHint: fc.nat(255),
  lastDay: fc.nat(0xffff),
  signature: anyBytes(64),
});

function requestOf(changes: Partial<PaymentRequestDraft>): PaymentRequest {
  const text = writePaymentRequest({ ...DRAFT, ...changes });
  const reading = text.ok ? readPaymentRequest(text.value) : text;
  if (!reading.ok) throw new Error(reading.refusal.code);
  return reading.value;
}

describe('a name certificate', () => {
  it('is 67 bytes, and one form for each', () => {
    fc.assert(
      fc.property(anyBytes(NAME_CERTIFICATE_LENGTH), (bytes) => {
        const read = decodeNameCertificate(bytes);
        expect(read && encodeNameCertificate(read)).toEqual(bytes);
      }),
    );
    for (const length of [0, 66, 68]) expect(decodeNameCertificate(filled(length, 1))).toBeNull();
  });

  it('comes back as it was', () => {
    fc.assert(
      fc.property(anyCertificate, (certificate) => {
        expect(decodeNameCertificate(encodeNameCertificate(certificate))).toEqual(certificate);
      }),
    );
  });

  it.each<[string, Partial<NameCertificate>]>([
    ['a day after 2149-06-06', { lastDay: 0x10000 }],
    ['a day before 1970', { lastDay: -1 }],
    ['half a day', { lastDay: 0.5 }],
    ['a hint beyond a byte', { keyHint: 256 }],
    ['a signature in DER', { signature: filled(70, 1) }],
  ])('that nobody would read the same is not made: %s', (_, changes) => {
    const certificate = { keyHint: 1, lastDay: 20_500, signature: filled(64, 1), ...changes };
    expect(() => encodeNameCertificate(certificate)).toThrow();
  });

  it('counts to the end of its last day', () => {
    expect(lastDayEndS(0)).toBe(86_400);
    expect(new Date(lastDayEndS(20_500) * 1000 - 1).toISOString()).toBe('2026-02-16T23:59:59.999Z');
  });
});

describe('in a code', () => {
  it('it stands in two templates within EMVCo’s limits, in QR’s alphanumeric characters', () => {
    fc.assert(
      fc.property(anyCertificate, (certificate) => {
        const text = writeNameTemplates(encodeNameCertificate(certificate));
        const { objects, fault } = readRun(text, 'characters');
        expect(fault).toBeUndefined();
        expect(objects.map(({ id }) => id)).toEqual(['80', '81']);
        for (const { value } of objects) {
          expect(value.length).toBeLessThanOrEqual(99);
          const inner = readRun(value, 'characters').objects;
          expect(inner.map(({ id }) => id)).toEqual(['00', '01']);
          expect(inner[0]?.value).toBe('APP.COUNTERFOIL');
        }
        expect(text).toMatch(/^[0-9A-Z.]+$/);
      }),
    );
  });

  it('the whole is strict EMVCo, alphanumeric, and gives the certificate back', () => {
    const ids = fc.option(anyBytes(10), { nil: undefined });
    fc.assert(
      fc.property(anyCertificate, ids, (certificate, requestId) => {
        const nameCertificate = encodeNameCertificate(certificate);
        const request = requestOf({ nameCertificate, ...(requestId && { requestId }) });
        expect(request.strict).toBe(true);
        expect(request.text).toMatch(/^[0-9A-Z $%*+\-./:]+$/);
        expect(nameCertificateOf(request)).toEqual(certificate);
      }),
    );
  });

  it('it speaks of the code’s own words, payee and server', () => {
    const certificate = { keyHint: 1, lastDay: 20_500, signature: filled(64, 1) };
    expect(nameOfRequest(requestOf({}), certificate)).toEqual(NAME);
    expect(nameOfRequest(requestOf({ merchantName: 'CAFE BENTA' }), certificate)).toEqual({
      ...NAME,
      name: 'CAFE BENTA',
    });
  });

  it('and of none in a code of another scheme', () => {
    const { counterfoil: _, ...foreign } = requestOf({});
    const certificate = { keyHint: 1, lastDay: 20_500, signature: filled(64, 1) };
    expect(nameOfRequest(foreign, certificate)).toBeUndefined();
  });

  it('it is absent from a code without one', () => {
    expect(nameCertificateOf(requestOf({}))).toBeUndefined();
  });

  it('what a server certifies as it fits a code is what the code says, whatever the name', () => {
    const letters = fc.constantFrom(...'aZ9 é語ß\u0301ñ’');
    const words = fc
      .tuple(fc.nat(26), fc.array(letters, { minLength: 1, maxLength: 20 }))
      .map(([plain, rest]) => 'a'.repeat(plain) + rest.join(''))
      .filter((word) => fitForCode(word, 15) !== '');
    fc.assert(
      fc.property(words, words, (merchantName, city) => {
        const name = fitForCode(merchantName, 25);
        const town = fitForCode(city, 15);
        const request = requestOf({ merchantName: name, city: town });
        expect([request.merchantName, request.city]).toEqual([name, town]);
      }),
    );
  });
});

describe('what is signed', () => {
  it('is the statement of RFC 9052, with every word of it', () => {
    const [context, header, external, payload] = decode(nameSignedBytes(NAME, KEY_ID)) as [
      string,
      Uint8Array,
      Uint8Array,
      Uint8Array,
    ];
    expect([context, external.length]).toEqual(['Signature1', 0]);
    const protectedHeader = decode(header, { useMaps: true }) as Map<number, unknown>;
    expect(protectedHeader.get(16)).toBe('application/counterfoil-payee-name+cbor');
    const fields = decode(payload, { useMaps: true }) as Map<number, unknown>;
    expect([...fields.keys()]).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    expect([4, 5, 6, 7, 8].map((key) => fields.get(key))).toEqual([
      'CAFE BENTO',
      'LISBOA',
      'PT',
      '5812',
      20_500,
    ]);
  });

  it.each<[string, Partial<CertifiedName>]>([
    ['server', { server: filled(5, 1) }],
    ['payee', { payee: filled(16, 1) }],
    ['name', { name: 'CAFE BENTA' }],
    ['city', { city: 'PORTO' }],
    ['country', { country: 'ES' }],
    ['category', { category: '5411' }],
    ['last day', { lastDay: 20_501 }],
  ])('is another for another %s', (_, changes) => {
    expect(toHex(nameSignedBytes({ ...NAME, ...changes }, KEY_ID))).not.toBe(
      toHex(nameSignedBytes(NAME, KEY_ID)),
    );
  });
});

describe('a code with a name that the server vouches for', () => {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const point = Uint8Array.from(publicKey.export({ type: 'spki', format: 'der' }).subarray(-64));
  const known = {
    server: NAME.server,
    party: { rpId: 'wallet.example', origins: [] },
    keys: [{ keyId: KEY_ID, point }],
    nowS: lastDayEndS(NAME.lastDay) - 1,
  };
  const signature = Uint8Array.from(
    sign('sha256', nameSignedBytes(NAME, KEY_ID), { key: privateKey, dsaEncoding: 'ieee-p1363' }),
  );
  const keyHint = KEY_ID[0] ?? 0;
  const nameCertificate = encodeNameCertificate({ keyHint, lastDay: NAME.lastDay, signature });
  const { text } = requestOf({ nameCertificate });

  it('is believed as it was made, to the end of its last day', async () => {
    expect(await judgeName(text, known)).toBe('verified');
    expect(await judgeName(text, { ...known, nowS: known.nowS + 1 })).toBe('expired');
  });

  it('with any one character changed is not, or says the very same of the very same payee', async () => {
    const body = text.slice(0, -8);
    let refused = 0;
    for (let at = 0; at < body.length; at++) {
      for (const character of '0179AILOXZ') {
        const checked = `${body.slice(0, at)}${character}${body.slice(at + 1)}6304`;
        const changed = checked + crc16Text(toUtf8(checked));
        if ((await judgeName(changed, known)) !== 'verified') refused += 1;
        else expect(statementOf(changed)).toEqual(NAME);
      }
    }
    expect(refused).toBeGreaterThan(1500);
  });

  function statementOf(changed: string): CertifiedName | undefined {
    const reading = readPaymentRequest(changed);
    const certificate = reading.ok && nameCertificateOf(reading.value);
    if (!certificate || certificate === 'malformed') return undefined;
    return nameOfRequest(reading.value, certificate);
  }
});
