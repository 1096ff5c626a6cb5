// Our published vectors: another implementation is right when it agrees with every entry.
import { readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { verifyEs256 } from '#device/verify-es256.ts';
import { decodeAllowance, encodeAllowance, validUntilS } from '#protocol/allowance.ts';
import { approvalCandidates } from '#protocol/approval.ts';
import {
  authorizationFromQrText,
  authorizationToQrText,
  decodeAuthorization,
} from '#protocol/authorization.ts';
import { type Bytes, concatBytes, toHex, toUtf8 } from '#protocol/bytes.ts';
import { splitCborSequence } from '#protocol/cbor.ts';
import {
  counterfoilFromQrText,
  counterfoilToQrText,
  decodeCounterfoil,
  encodeCounterfoil,
} from '#protocol/counterfoil.ts';
import { nameCertificateOf, nameOfRequest, nameSignedBytes } from '#protocol/name-certificate.ts';
import { decodeOrder, encodeOrder, type Order, paymentId } from '#protocol/order.ts';
import { readPaymentRequest } from '#protocol/payment-request.ts';
import {
  BATCH_ITEMS_MAX,
  decodePaymentsAnswer,
  decodeReceiptsAnswer,
  decodeReceiptsQuery,
} from '#protocol/payments-answer.ts';
import { receiptFromQrText, receiptToQrText } from '#protocol/receipt.ts';
import { isRefusalCode, type Outcome } from '#protocol/refusals.ts';
import { decodeReoffer } from '#protocol/reoffer.ts';
import { RECEIPT_IDS_MAX } from '#protocol/routes.ts';
import { checkReceipt } from '#wallet/check-receipt.ts';
import { pointOf, signEs256 } from '../../vectors/make/deterministic-es256.ts';
import { makeVectors } from '../../vectors/make/make-vectors.ts';
import { judgeAllowance, judgeCounterfoil, judgeName } from './offline-judge.ts';
import { hex } from './sample-orders.ts';

type Entry = {
  readonly id: string;
  readonly kind?: string;
  readonly valid: boolean;
  readonly code?: string;
  readonly bytes: string;
  readonly [field: string]: unknown;
};

function fileOf(name: string): URL {
  return new URL(`../../vectors/${name}`, import.meta.url);
}

// Collecting the tests reads the files, so they are written before.
if (process.env.UPDATE_VECTORS) {
  for (const [name, text] of makeVectors()) writeFileSync(fileOf(name), text);
}

function read(name: string): unknown {
  return JSON.parse(readFileSync(fileOf(name), 'utf8'));
}

function entriesOf(name: string): (readonly [string, Entry])[] {
  const { entries } = read(name) as { readonly entries: readonly Entry[] };
  return entries.map((entry) => [entry.id, entry]);
}

type Key = { readonly d: string; readonly x: string; readonly y: string; readonly keyId: string };

const KEYS = read('keys.json') as {
  readonly relyingParty: { readonly rpId: string; readonly origins: readonly string[] };
  readonly server: string;
  readonly payee: string;
  readonly passkeys: readonly Key[];
  readonly serverKeys: readonly Key[];
};

function pointOfKey(key: Key | undefined): Bytes {
  return hex(`${key?.x}${key?.y}`);
}

/** Bytes as hexadecimal and amounts as text, as the files have them. */
function toJson(value: object): unknown {
  return JSON.parse(
    JSON.stringify(value, (_, item: unknown) => {
      if (typeof item === 'bigint') return String(item);
      // Typed arrays reach here as they are; as objects of numbered members they would be unreadable.
      return item instanceof Uint8Array ? toHex(item) : item;
    }),
  );
}

function codeOf(outcome: Outcome<unknown>): string | undefined {
  return outcome.ok ? undefined : outcome.refusal.code;
}

describe('the files', () => {
  it.each(makeVectors())('%s is what its maker makes, to the byte', (name, text) => {
    expect(readFileSync(fileOf(name), 'utf8')).toBe(text);
  });

  it.each([
    'orders.json',
    'authorizations.json',
    'allowances.json',
    'counterfoils.json',
    'receipts.json',
    'exchanges.json',
  ])('%s has ids of its own, and codes of the refusal table', (name) => {
    const entries = entriesOf(name);
    expect(new Set(entries.map(([id]) => id)).size).toBe(entries.length);
    for (const [id, { valid, code = '' }] of entries) {
      expect(isRefusalCode(code), id).toBe(!valid);
    }
  });

  it('signatures are those of RFC 6979 (its A.2.5), so that anybody can make them again', () => {
    const secret = hex('c9afa9d845ba75166b5c215767b1d6934e50c3db36e89b127b8a622b120f6721');
    expect(toHex(signEs256(secret, toUtf8('sample')))).toBe(
      'efd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716' +
        'f7cb1c942d657c41d436c7a1b6e29f65f3e900dbb9aff4064dc4ab2f843acda8',
    );
    expect(toHex(pointOf(secret)).slice(0, 64)).toBe(
      '60fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29fb6',
    );
  });
});

describe('orders', () => {
  it.each(entriesOf('orders.json'))('%s', (_, entry) => {
    const bytes = hex(entry.bytes);
    const order = decodeOrder(bytes);
    expect(codeOf(order)).toBe(entry.code);
    if (!order.ok) return;
    expect(toJson(order.value)).toEqual(entry.order);
    expect(toHex(encodeOrder(order.value satisfies Order))).toBe(entry.bytes);
    expect(toHex(paymentId(bytes))).toBe(entry.paymentId);
  });
});

describe('authorizations', () => {
  const passkey = pointOfKey(KEYS.passkeys[0]);

  async function judge(bytes: Uint8Array): Promise<string | undefined> {
    const authorization = decodeAuthorization(bytes);
    if (!authorization.ok) return authorization.refusal.code;
    const candidates = approvalCandidates(authorization.value, KEYS.relyingParty);
    if (!candidates.ok) return candidates.refusal.code;
    const approved = await Promise.all(
      candidates.value.map(({ signed, signature }) => verifyEs256(passkey, signed, signature)),
    );
    return approved.includes(true) ? undefined : 'assertion_signature';
  }

  it.each(entriesOf('authorizations.json'))('%s', async (_, entry) => {
    const bytes = hex(entry.bytes);
    expect(await judge(bytes)).toBe(entry.code);
    if (!entry.valid) return;
    const authorization = decodeAuthorization(bytes);
    expect(toJson(authorization.ok ? authorization.value : {})).toMatchObject({
      id: entry.paymentId,
      order: entry.order,
      credentialHint: entry.credentialHint,
      authenticator: entry.authenticator,
      clientData: entry.clientData,
      signature: entry.signature,
    });
    expect(authorizationToQrText(bytes)).toBe(entry.qrText);
    expect(authorizationFromQrText(String(entry.qrText))).toEqual({ ok: true, value: bytes });
  });
});

const SERVER_KEYS = KEYS.serverKeys.map((key) => ({
  keyId: hex(key.keyId),
  point: pointOfKey(key),
}));
const HOME = {
  server: hex(KEYS.server),
  party: KEYS.relyingParty,
  keys: SERVER_KEYS,
  nowS: 1_767_225_600,
};

describe('allowances', () => {
  it.each(entriesOf('allowances.json'))('%s', async (_, entry) => {
    const bytes = hex(entry.bytes);
    expect(await judgeAllowance(bytes, HOME)).toBe(entry.code);
    if (!entry.valid) return;
    const read = decodeAllowance(bytes);
    if (!read.ok) throw new Error(read.refusal.code);
    const { allowance, keyId, signed, signature } = read.value;
    expect(toJson({ allowance, keyId, signed, signature })).toEqual({
      allowance: entry.allowance,
      keyId: entry.keyId,
      signed: entry.signed,
      signature: entry.signature,
    });
    expect(validUntilS(allowance)).toBe(entry.validUntilS);
    expect(toHex(encodeAllowance(allowance, keyId, signature))).toBe(entry.bytes);
  });
});

describe('counterfoils', () => {
  const { asked } = read('counterfoils.json') as {
    readonly asked: {
      readonly digest: string;
      readonly currency: number;
      readonly amountMinor: string;
    };
  };
  const known = {
    ...HOME,
    payee: hex(KEYS.payee),
    asked: { ...asked, digest: hex(asked.digest), amountMinor: BigInt(asked.amountMinor) },
  };

  it.each(entriesOf('counterfoils.json'))('%s', async (_, entry) => {
    const bytes = hex(entry.bytes);
    expect(await judgeCounterfoil(bytes, known)).toBe(entry.code);
    if (!entry.valid) return;
    const counterfoil = decodeCounterfoil(bytes);
    if (!counterfoil.ok) throw new Error(counterfoil.refusal.code);
    const { authorization, authorizationBytes, allowance, keyHint, signature } = counterfoil.value;
    expect(toJson({ authorization: authorizationBytes, allowance, keyHint, signature })).toEqual({
      authorization: entry.authorization,
      allowance: entry.allowance,
      keyHint: entry.keyHint,
      signature: entry.signature,
    });
    expect(toJson(authorization)).toMatchObject({ id: entry.paymentId, order: entry.order });
    const [keyId, signed] = [hex(String(entry.keyId)), hex(String(entry.signed))];
    const again = encodeCounterfoil(authorizationBytes, { allowance, keyId, signed, signature });
    expect(toHex(again)).toBe(entry.bytes);
    expect(counterfoilToQrText(bytes)).toBe(entry.qrText);
    expect(counterfoilFromQrText(String(entry.qrText))).toEqual({ ok: true, value: bytes });
  });
});

describe('name certificates', () => {
  const { today } = read('name-certificates.json') as { readonly today: number };

  it('have ids of their own', () => {
    const entries = entriesOf('name-certificates.json');
    expect(new Set(entries.map(([id]) => id)).size).toBe(entries.length);
  });

  it.each(entriesOf('name-certificates.json'))('%s', async (_, entry) => {
    const text = String(entry.text);
    expect(await judgeName(text, { ...HOME, nowS: today * 86_400 })).toBe(entry.finding);
    if (entry.finding !== 'verified') return;
    const request = readPaymentRequest(text);
    if (!request.ok) throw new Error(request.refusal.code);
    const certificate = nameCertificateOf(request.value);
    if (!certificate || certificate === 'malformed') throw new Error('no certificate');
    const name = nameOfRequest(request.value, certificate);
    if (!name) throw new Error('no name');
    expect(toJson(name)).toEqual(entry.name);
    expect(toHex(nameSignedBytes(name, hex(String(entry.keyId))))).toBe(entry.signed);
    expect(toJson(certificate)).toMatchObject({
      keyHint: entry.keyHint,
      signature: entry.signature,
    });
  });
});

describe('receipts', () => {
  const identity = {
    ...KEYS.relyingParty,
    server: hex(KEYS.server),
    epoch: 1,
    nowMs: 0,
    keys: KEYS.serverKeys.map((key) => ({
      keyId: hex(key.keyId),
      point: pointOfKey(key),
      active: true,
    })),
  };

  it.each(entriesOf('receipts.json'))('%s', async (_, entry) => {
    const bytes = hex(entry.bytes);
    const receipt = await checkReceipt(bytes, identity, verifyEs256);
    if (!receipt.ok) {
      const { refusal } = receipt;
      expect(refusal === 'key_unknown' ? 'receipt_not_this_server' : refusal.code).toBe(entry.code);
      return;
    }
    expect(entry.valid).toBe(true);
    const { keyId, signed, signature, ...body } = receipt.value;
    expect(toJson(body)).toEqual(entry.receipt);
    expect(toJson({ keyId, signed, signature, paymentId: body.paymentId })).toEqual({
      keyId: entry.keyId,
      signed: entry.signed,
      signature: entry.signature,
      paymentId: entry.paymentId,
    });
    expect(receiptToQrText(bytes)).toBe(entry.qrText);
    expect(receiptFromQrText(String(entry.qrText))).toEqual({ ok: true, value: bytes });
  });
});

describe('exchanges', () => {
  function decodeOf(kind: string | undefined, bytes: Uint8Array): Outcome<unknown> {
    if (kind === 'answer') return decodePaymentsAnswer(bytes);
    if (kind === 'reoffer') return decodeReoffer(bytes);
    if (kind === 'receipts-query') return decodeReceiptsQuery(bytes, RECEIPT_IDS_MAX);
    return decodeReceiptsAnswer(bytes);
  }

  it.each(entriesOf('exchanges.json'))('%s', (_, entry) => {
    const bytes = hex(entry.bytes);
    if (entry.kind === 'upload') {
      const split = splitCborSequence(bytes, BATCH_ITEMS_MAX);
      expect(split.ok && split.value.map(toHex)).toEqual(entry.items);
      expect(split.ok && toHex(concatBytes(...split.value))).toBe(entry.bytes);
      return;
    }
    const decoded = decodeOf(entry.kind, bytes);
    expect(codeOf(decoded)).toBe(entry.code);
    const expected = entry.answers ?? entry.ids ?? entry.receipts ?? entry.pair;
    if (decoded.ok) expect(toJson(Object(decoded.value))).toEqual(expected);
  });
});
