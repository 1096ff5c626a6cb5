// A payment shown without its allowance: for this payee perhaps, and never sure.
import { describe, expect, test } from 'vitest';
import {
  checkPresented,
  type Presented,
  takenCounterfoil,
  takingKeys,
} from '#wallet/check-counterfoil.ts';
import { verifyByNode } from './paper-server.ts';
import { NOW_MS, WALLET } from './samples.ts';
import { signedAuthorization } from './signed-samples.ts';
import {
  COUNTERFOIL,
  earlier,
  judge,
  noRequest,
  ORDER,
  said,
  situationOf,
} from './taking-samples.ts';

describe('a bare promise', () => {
  const bareOf = (order = ORDER): Presented => ({
    kind: 'authorization',
    bytes: signedAuthorization(order),
  });
  const judgeBare = (presented: Presented, situation = situationOf()) =>
    checkPresented(presented, situation, verifyByNode);

  test('is never more than a promise, whatever it names', async () => {
    expect(said(await judgeBare(bareOf()))).toBe('promise not_guaranteed');
    const keys = takingKeys(bareOf());
    expect(keys.ok && keys.value).not.toHaveProperty('allowance');
  });

  test('is refused for what needs no key: another payee, a request that is not here, other words', async () => {
    expect(said(await judgeBare(bareOf(), situationOf({ wallet: WALLET })))).toBe(
      'refused counterfoil_other_payee',
    );
    expect(said(await judgeBare(bareOf(), noRequest))).toBe('refused counterfoil_other_request');
    const unverified: Presented = {
      kind: 'authorization',
      bytes: signedAuthorization(ORDER, { flags: 0x19 }),
    };
    expect(said(await judgeBare(unverified))).toBe('refused assertion_user_verification');
  });

  test('kept before does not block the payer’s number: anybody could have written it', async () => {
    const { allowance: _none, ...bare } = earlier(1n);
    expect(said(await judge(COUNTERFOIL, situationOf({ sameSeq: [bare] })))).toBe('guaranteed');
  });

  test('is stored without an allowance, and with its doubt', async () => {
    const verdict = await judgeBare(bareOf());
    if (verdict.kind === 'refused') throw new Error(verdict.code);
    const taken = takenCounterfoil(bareOf(), verdict, NOW_MS);
    expect(taken).toMatchObject({ guaranteed: false, doubt: 'not_guaranteed' });
    expect(taken).not.toHaveProperty('allowance');
    expect(taken.authorization).toEqual(signedAuthorization(ORDER));
  });
});
