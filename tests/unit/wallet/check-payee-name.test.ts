// A payee's name in a code, held against the server's word without a network.
import { describe, expect, test } from 'vitest';
import type { Bytes } from '#protocol/bytes.ts';
import { lastDayEndS } from '#protocol/name-certificate.ts';
import { type PaymentRequest, readPaymentRequest } from '#protocol/payment-request.ts';
import { checkPayeeName } from '#wallet/check-payee-name.ts';
import { makeRequest, makeStaticRequest } from '#wallet/receive.ts';
import { verifyByNode } from './paper-server.ts';
import { EUR, filled, NOW_MS, PAYEE_ID, profileOf } from './samples.ts';
import { SIGNING_IDENTITY, STRANGER_SECRET, signedName } from './signed-samples.ts';

const PROFILE = profileOf(PAYEE_ID, 'Cafe do Bento');
/** As the code spells it. */
const SPELLED = { ...PROFILE, name: 'CAFE DO BENTO', city: 'LISBOA' };
const LAST_DAY = Math.floor(NOW_MS / 86_400_000) + 90;

function read(text: { ok: true; value: string } | { ok: false }): PaymentRequest {
  const reading = text.ok ? readPaymentRequest(text.value) : text;
  if (!('value' in reading)) throw new Error('not a request');
  return reading.value;
}

function requestWith(nameCertificate?: Bytes, profile = PROFILE): PaymentRequest {
  const payee = { profile, ...(nameCertificate && { nameCertificate }) };
  return read(makeStaticRequest({ currency: EUR }, payee, SIGNING_IDENTITY));
}

const nameOf = (request: PaymentRequest, identity = SIGNING_IDENTITY, presentMs = NOW_MS) =>
  checkPayeeName(request, identity, presentMs, verifyByNode);

describe('a name', () => {
  test('is verified when the server signed it for this payee, in any code of theirs', async () => {
    const certificate = signedName(SPELLED, LAST_DAY);
    expect(await nameOf(requestWith(certificate))).toBe('verified');
    const random = { bytes: (length: number): Bytes => filled(length, 1), fraction: () => 0 };
    const payee = { profile: PROFILE, nameCertificate: certificate };
    const world = { nowMs: NOW_MS, random };
    const sale = makeRequest({ amountMinor: 5n, currency: EUR }, payee, SIGNING_IDENTITY, world);
    if (!sale.ok) throw new Error(sale.refusal.code);
    expect(await nameOf(read({ ok: true, value: sale.value.text }))).toBe('verified');
  });

  test('is absent from a code without a certificate', async () => {
    expect(await nameOf(requestWith())).toBe('absent');
  });

  test('expires with its last day', async () => {
    const request = requestWith(signedName(SPELLED, LAST_DAY));
    const endMs = lastDayEndS(LAST_DAY) * 1000;
    expect(await nameOf(request, SIGNING_IDENTITY, endMs - 1)).toBe('verified');
    expect(await nameOf(request, SIGNING_IDENTITY, endMs)).toBe('expired');
  });

  test.each(['name', 'city', 'country', 'category'] as const)(
    'is forged when the server signed another %s',
    async (field) => {
      const other = { ...SPELLED, [field]: field === 'country' ? 'ES' : '5411' };
      expect(await nameOf(requestWith(signedName(other, LAST_DAY)))).toBe('forged');
    },
  );

  test('is forged when somebody else signed it, or it is another payee’s, also when it would have expired', async () => {
    const stranger = signedName(SPELLED, LAST_DAY, STRANGER_SECRET);
    expect(await nameOf(requestWith(stranger))).toBe('forged');
    const late = lastDayEndS(LAST_DAY) * 1000;
    expect(await nameOf(requestWith(stranger), SIGNING_IDENTITY, late)).toBe('forged');
    const thief = { ...PROFILE, account: profileOf(filled(16, 0xcc), 'x').account };
    expect(await nameOf(requestWith(signedName(SPELLED, LAST_DAY), thief))).toBe('forged');
  });

  test('is forged when the certificate is no certificate', async () => {
    const request = requestWith(signedName(SPELLED, LAST_DAY));
    const other = request.other.filter(({ id }) => id !== '81');
    expect(await nameOf({ ...request, other })).toBe('forged');
  });

  test('is of an unknown key when this phone has none with that hint, or it is another server’s', async () => {
    const request = requestWith(signedName(SPELLED, LAST_DAY));
    expect(await nameOf(request, { ...SIGNING_IDENTITY, keys: [] })).toBe('unknown-key');
    const elsewhere = { ...SIGNING_IDENTITY, server: filled(5, 1) };
    expect(await nameOf(request, elsewhere)).toBe('unknown-key');
  });
});
