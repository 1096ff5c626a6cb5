// What payments are made of keeps one hidden class for each kind: where every object has its own, each
// read of it misses, and a payment's JavaScript costs half as much again.
import { setFlagsFromString } from 'node:v8';
import { expect, test } from 'vitest';
import { decodeAuthorization } from '#protocol/authorization.ts';
import { verifyAuthorizations } from '#server/payments/check-authorization.ts';
import { authorize, newOrder, newPerson, PARTY } from '../../support/signed-payments.ts';

setFlagsFromString('--allow-natives-syntax');
const haveOneShape = new Function('a', 'b', 'return %HaveSameMap(a, b)');

test('the natives see two shapes where there are two', () => {
  expect(haveOneShape({ a: 1 }, { a: 2 })).toBe(true);
  expect(haveOneShape({ a: 1 }, { b: 1 })).toBe(false);
});

test('orders, verified payments and what is asked of their signatures', async () => {
  const payer = newPerson();
  const payee = newPerson();
  const reads = ['one', 'two', 'three'].map((note) => {
    const bytes = authorize(payer, newOrder(payer, payee.account, { note }));
    const read = decodeAuthorization(bytes);
    if (!read.ok) throw new Error(read.refusal.code);
    return { bytes, authorization: read.value };
  });
  const asked: object[] = [];
  const credential = { id: payer.credentialId, spki: payer.publicKeySpki, revoked: false };
  const outcomes = await verifyAuthorizations(
    reads.map((read) => ({
      read,
      payer: { isKnown: true, isDeviceKnown: true, credentials: [credential] },
    })),
    { rpId: PARTY.rpId, origins: [PARTY.origin] },
    async (checks) => {
      asked.push(...checks);
      return checks.map(() => true);
    },
  );
  const orders = reads.map((read) => read.authorization.order);
  const payments = outcomes.map((outcome) => (outcome.ok ? outcome.value : {}));
  for (const kind of [orders, asked, payments]) {
    expect(kind).toHaveLength(3);
    for (const item of kind) expect(haveOneShape(item, kind[0])).toBe(true);
  }
});
