import { describe, expect, test } from 'vitest';
import { MAX_AMOUNT_MINOR } from '#protocol/amount.ts';
import { decodeAuthorization } from '#protocol/authorization.ts';
import { fromBase32 } from '#protocol/base32.ts';
import { type Bytes, equalBytes, toBase64url, toUtf8 } from '#protocol/bytes.ts';
import { decodeOrder, noteOf, requestDigest } from '#protocol/order.ts';
import { type PaymentRequest, readPaymentRequest } from '#protocol/payment-request.ts';
import { writePaymentRequest } from '#protocol/payment-request-writer.ts';
import type { RefusalCode } from '#protocol/refusals.ts';
import {
  type Approval,
  checkAsked,
  checkDraft,
  type Draft,
  prepareOrder,
  promisePayment,
  type Situation,
  VALIDITY_MS,
} from '#wallet/authorize.ts';
import { OUTBOX_ITEMS_MAX } from '#wallet/records.ts';
import { createMemoryStore, emptyDisk } from './memory-store.ts';
import {
  CREDENTIAL_ID,
  EUR,
  filled,
  IDENTITY,
  JPY,
  NOW_MS,
  PARTY,
  PAYEE_ID,
  PAYER_ID,
  SERVER_ID,
  samplePayment,
  WALLET,
} from './samples.ts';

function requestOf(
  change: Partial<Parameters<typeof writePaymentRequest>[0]> = {},
): PaymentRequest {
  const text = writePaymentRequest({
    payee: PAYEE_ID,
    server: SERVER_ID,
    requestId: filled(10, 7),
    validUntilS: NOW_MS / 1000 + 900,
    currency: EUR,
    amountMinor: 12_50n,
    merchantName: 'CAFE BENTO',
    city: 'LISBOA',
    countryCode: 'PT',
    ...change,
  });
  if (!text.ok) throw new Error(text.refusal.code);
  const reading = readPaymentRequest(text.value);
  if (!reading.ok) throw new Error(reading.refusal.code);
  return reading.value;
}

/** For an amount the payer types: dynamic without one. */
function openRequest(): PaymentRequest {
  const { amountMinor: _none, ...request } = requestOf();
  return { ...request, text: `${request.text} open` };
}

function draftOf(request: PaymentRequest, change: Partial<Draft> = {}): Draft {
  return {
    request,
    amountMinor: request.amountMinor ?? 12_50n,
    tipMinor: 0n,
    feeMinor: 0n,
    ...change,
  };
}

function situationOf(change: Partial<Situation> = {}): Situation {
  return {
    wallet: WALLET,
    identity: IDENTITY,
    purses: [],
    promised: [],
    sameRequest: [],
    nowMs: NOW_MS,
    ...change,
  };
}

const random = {
  bytes: (length: number): Bytes => filled(length, 0x2a),
  fraction: () => 0.5,
};

const { counterfoil: _ours, ...FOREIGN } = { ...requestOf(), scheme: 'pix' };
const frozen = { ...WALLET, account: { ...WALLET.account, frozen: true } };

/** Each code with a draft that earns it, and only it and later ones. In precedence order. */
const REFUSED: [RefusalCode, Draft, Situation][] = [
  ['scheme_not_supported', draftOf(FOREIGN), situationOf()],
  ['wrong_server', draftOf(requestOf({ server: filled(5, 1) })), situationOf()],
  ['request_expired', draftOf(requestOf({ validUntilS: NOW_MS / 1000 - 1 })), situationOf()],
  ['own_account', draftOf(requestOf({ payee: PAYER_ID })), situationOf()],
  ['amount_zero', draftOf(openRequest(), { amountMinor: 0n }), situationOf()],
  [
    'amount_too_large',
    draftOf(openRequest(), { amountMinor: MAX_AMOUNT_MINOR + 1n }),
    situationOf(),
  ],
  ['input_invalid', draftOf(requestOf(), { note: 'x'.repeat(41) }), situationOf()],
  ['wrong_currency', draftOf(requestOf({ currency: 826 })), situationOf()],
  ['payer_frozen', draftOf(requestOf()), situationOf({ wallet: frozen })],
  ['already_paying', draftOf(requestOf()), situationOf({ sameRequest: [samplePayment(1)] })],
  [
    'outbox_full',
    draftOf(requestOf()),
    situationOf({
      promised: Array.from({ length: OUTBOX_ITEMS_MAX }, (_, i) =>
        samplePayment(i + 1, { amountMinor: 1n }),
      ),
    }),
  ],
  ['over_balance', draftOf(openRequest(), { amountMinor: 100_01n }), situationOf()],
];

describe('what may be paid', () => {
  test.each(REFUSED)('%s has its own code', (code, draft, situation) => {
    const checked = checkDraft(draft, situation);
    expect(checked.ok ? 'ok' : checked.refusal.code).toBe(code);
    const prepared = prepareOrder(draft, situation, random);
    expect(prepared.ok ? 'ok' : prepared.refusal.code).toBe(code);
  });

  const ofTheAmount = ['amount_zero', 'amount_too_large', 'input_invalid', 'over_balance'];
  test.each(REFUSED)(
    '%s is known before an amount is, unless it is of the amount',
    (code, draft, situation) => {
      const asked = checkAsked(draft.request, situation);
      expect(asked.ok ? 'ok' : asked.refusal.code).toBe(ofTheAmount.includes(code) ? 'ok' : code);
    },
  );

  test('a good draft is accepted', () => {
    expect(checkDraft(draftOf(requestOf()), situationOf())).toEqual({ ok: true, value: undefined });
  });

  test('what is promised is not there to be promised again', () => {
    const promised = [samplePayment(1, { amountMinor: 90_00n })];
    const draft = draftOf(openRequest(), { amountMinor: 10_00n });
    expect(checkDraft(draft, situationOf({ promised })).ok).toBe(true);
    const over = draftOf(openRequest(), { amountMinor: 10_01n });
    const checked = checkDraft(over, situationOf({ promised }));
    expect(checked.ok ? 'ok' : checked.refusal.code).toBe('over_balance');
  });

  test('promises in another currency take nothing from this one', () => {
    const promised = [samplePayment(1, { amountMinor: 5_000n, currency: JPY })];
    const draft = draftOf(openRequest(), { amountMinor: 100_00n });
    expect(checkDraft(draft, situationOf({ promised })).ok).toBe(true);
  });

  test('tip and fee count towards the balance', () => {
    const request = requestOf({
      amountMinor: 99_00n,
      tipOrFee: { kind: 'fixed-fee', feeMinor: 1_00n },
    });
    expect(checkDraft(draftOf(request, { feeMinor: 1_00n }), situationOf()).ok).toBe(true);
    const tipped = checkDraft(draftOf(request, { feeMinor: 1_00n, tipMinor: 1n }), situationOf());
    expect(tipped.ok ? 'ok' : tipped.refusal.code).toBe('over_balance');
  });

  test('a refused, expired or cancelled try does not occupy its request', () => {
    for (const state of ['refused', 'expired', 'cancelled'] as const) {
      const sameRequest = [{ ...samplePayment(1), state }];
      expect(checkDraft(draftOf(requestOf()), situationOf({ sameRequest })).ok, state).toBe(true);
    }
  });

  test('a printed code may be paid again and again', () => {
    const sameRequest = [{ ...samplePayment(1, { once: false }), state: 'accepted' as const }];
    expect(checkDraft(draftOf(requestOf()), situationOf({ sameRequest })).ok).toBe(true);
  });

  test('a request may be approved until its last second', () => {
    const last = situationOf({ nowMs: NOW_MS + 900_000 });
    expect(checkDraft(draftOf(requestOf()), last).ok).toBe(true);
    const late = checkDraft(draftOf(requestOf()), situationOf({ nowMs: NOW_MS + 900_001 }));
    expect(late.ok ? 'ok' : late.refusal.code).toBe('request_expired');
  });

  test('a clock behind the server’s last word does not revive a request', () => {
    const situation = situationOf({
      nowMs: NOW_MS - 86_400_000,
      identity: { ...IDENTITY, nowMs: NOW_MS + 3_600_000 },
    });
    const checked = checkDraft(draftOf(requestOf()), situation);
    expect(checked.ok ? 'ok' : checked.refusal.code).toBe('request_expired');
  });

  test('an amount or fee other than the code’s is a bug of ours', () => {
    expect(() => checkDraft(draftOf(requestOf(), { amountMinor: 1n }), situationOf())).toThrow();
    expect(() => checkDraft(draftOf(requestOf(), { feeMinor: 1n }), situationOf())).toThrow();
  });
});

function prepared(draft = draftOf(requestOf()), situation = situationOf()) {
  const outcome = prepareOrder(draft, situation, random);
  if (!outcome.ok) throw new Error(outcome.refusal.code);
  return outcome.value;
}

describe('the order', () => {
  test('says all that the person sees, and is numbered by the device', () => {
    const request = requestOf({ tipOrFee: { kind: 'tip-prompt' } });
    const draft = draftOf(request, { tipMinor: 50n, note: '  two\ncoffees ' });
    const { order, orderBytes, id } = prepared(
      draft,
      situationOf({ wallet: { ...WALLET, lastSeq: 41 } }),
    );
    expect(order).toEqual({
      server: SERVER_ID,
      payer: fromBase32(WALLET.account.profile.account, 16),
      payee: PAYEE_ID,
      amountMinor: 13_00n,
      currency: EUR,
      requestDigest: requestDigest(request.text),
      once: true,
      nonce: filled(16, 0x2a),
      device: 1,
      seq: 42,
      authorizedAtS: NOW_MS / 1000,
      validUntilS: (NOW_MS + VALIDITY_MS) / 1000,
      tipMinor: 50n,
      note: noteOf('  two\ncoffees '),
    });
    expect(decodeOrder(orderBytes)).toEqual({ ok: true, value: order });
    expect(id).toHaveLength(32);
  });

  test('may be settled for seven days, long after its request could be approved', () => {
    const { order } = prepared();
    expect(order.validUntilS - order.authorizedAtS).toBe(7 * 86_400);
    expect(order.validUntilS).toBeGreaterThan(NOW_MS / 1000 + 900);
  });

  test('a printed code gives an order that may be repeated', () => {
    const {
      requestId: _none,
      validUntilS: _end,
      ...rest
    } = {
      payee: PAYEE_ID,
      server: SERVER_ID,
      requestId: undefined,
      validUntilS: undefined,
      currency: EUR,
      merchantName: 'CAFE',
      city: 'LISBOA',
      countryCode: 'PT',
    };
    const text = writePaymentRequest(rest);
    const reading = text.ok ? readPaymentRequest(text.value) : text;
    if (!reading.ok) throw new Error(reading.refusal.code);
    expect(prepared(draftOf(reading.value)).order.once).toBe(false);
  });

  test('whole seconds, whatever the clock says', () => {
    const { order } = prepared(draftOf(requestOf()), situationOf({ nowMs: NOW_MS + 999 }));
    expect(order.authorizedAtS).toBe(NOW_MS / 1000);
  });
});

/** What an honest passkey answers; the arithmetic of the signature is the server's to check. */
function approvalOf(
  challenge: Bytes,
  change: { clientData?: object; flags?: number } = {},
): Approval {
  const clientData = {
    type: 'webauthn.get',
    challenge: toBase64url(challenge),
    origin: PARTY.origin,
    crossOrigin: false,
    ...change.clientData,
  };
  // SHA-256 of "localhost".
  const rpIdHash = Uint8Array.from(
    Buffer.from('49960de5880e8c687434170f6476605b8fe4aeb9a28632c7995cf3ba831d9763', 'hex'),
  );
  const authenticatorData = new Uint8Array(37);
  authenticatorData.set(rpIdHash);
  authenticatorData[32] = change.flags ?? 0x1d;
  return {
    credentialId: CREDENTIAL_ID,
    assertion: {
      authenticatorData,
      clientDataJson: toUtf8(JSON.stringify(clientData)),
      signature: filled(64, 1),
    },
    origin: PARTY.origin,
  };
}

describe('the promise', () => {
  const clock = { nowMs: () => NOW_MS };

  test('stores payment and outbox entry with the very bytes that were signed', async () => {
    const disk = emptyDisk();
    const order = prepared();
    const promised = await promisePayment(
      { store: createMemoryStore(disk), clock },
      order,
      IDENTITY,
      approvalOf(order.id),
    );
    if (!promised.ok) throw new Error(promised.refusal.code);
    const payment = promised.value;
    expect(payment).toMatchObject({
      id: toBase64url(order.id),
      state: 'promised',
      seq: 1,
      amountMinor: 12_50n,
      payeeName: 'CAFE BENTO',
      requestText: order.draft.request.text,
    });
    const decoded = decodeAuthorization(payment.authorization);
    expect(decoded.ok && equalBytes(decoded.value.orderBytes, order.orderBytes)).toBe(true);
    expect(disk.outbox.get(payment.id)?.authorization).toBe(payment.authorization);
    expect(disk.lastSeq).toBe(1);
  });

  test.each<[RefusalCode, Parameters<typeof approvalOf>[1]]>([
    ['assertion_type', { clientData: { type: 'webauthn.create' } }],
    ['assertion_challenge', { clientData: { challenge: 'AAAA' } }],
    ['assertion_origin', { clientData: { origin: 'https://evil.example' } }],
    ['assertion_cross_origin', { clientData: { crossOrigin: true } }],
    ['assertion_user_presence', { flags: 0x04 }],
    ['assertion_user_verification', { flags: 0x01 }],
  ])('%s promises nothing', async (code, change) => {
    const disk = emptyDisk();
    const order = prepared();
    const promised = await promisePayment(
      { store: createMemoryStore(disk), clock },
      order,
      IDENTITY,
      approvalOf(order.id, change),
    );
    expect(promised.ok ? 'ok' : promised.refusal.code).toBe(code);
    expect(disk.payments.size + disk.outbox.size).toBe(0);
  });

  test('an approval of another order promises nothing', async () => {
    const disk = emptyDisk();
    const promised = await promisePayment(
      { store: createMemoryStore(disk), clock },
      prepared(),
      IDENTITY,
      approvalOf(filled(32, 9)),
    );
    expect(promised.ok ? 'ok' : promised.refusal.code).toBe('assertion_challenge');
    expect(disk.payments.size).toBe(0);
  });

  test('the second of two tabs that prepared the same seq is refused', async () => {
    const store = createMemoryStore(emptyDisk());
    const first = prepared();
    const second = prepared(draftOf(openRequest()));
    await promisePayment({ store, clock }, first, IDENTITY, approvalOf(first.id));
    const late = await promisePayment({ store, clock }, second, IDENTITY, approvalOf(second.id));
    expect(late.ok ? 'ok' : late.refusal.code).toBe('sequence_taken');
  });

  test('a second tap on the same order is the same payment', async () => {
    const disk = emptyDisk();
    const store = createMemoryStore(disk);
    const order = prepared();
    const [one, two] = await Promise.all(
      [1, 2].map(() => promisePayment({ store, clock }, order, IDENTITY, approvalOf(order.id))),
    );
    expect(one).toEqual(two);
    expect(disk.payments.size).toBe(1);
  });
});
