import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { decodeAuthorization } from '#protocol/authorization.ts';
import { toBase64url } from '#protocol/bytes.ts';
import { ROUTES } from '#protocol/routes.ts';
import { decodePayeeProfile, decodeStatement, type Statement } from '#protocol/wire.ts';
import { type RunningServer, startRunningServer } from '../../support/running-server.ts';
import {
  authorize,
  enrol,
  orderFor,
  profileOf,
  random,
  readIdentity,
  readState,
  type ServerWallet,
  settle,
  trustReceipt,
} from '../../support/server-wallet.ts';
import { startTestCluster, type TestCluster } from '../../support/test-database.ts';

let cluster: TestCluster;
let server: RunningServer;
let ada: ServerWallet;
let ben: ServerWallet;

beforeAll(async () => {
  cluster = await startTestCluster();
  server = await startRunningServer(cluster);
});
beforeEach(async () => {
  [ada, ben] = [await enrol(server, 'Ada'), await enrol(server, 'Ben')];
});
afterAll(async () => {
  await server.stop();
  await cluster.stop();
});

const writeProfile = (who: ServerWallet, payload: object) =>
  server.app.inject({
    method: 'PUT',
    url: ROUTES.profile.path,
    payload,
    headers: { cookie: who.cookie },
  });

async function readStatement(who: ServerWallet, query = ''): Promise<Statement> {
  const response = await server.app.inject({
    url: `${ROUTES.statement.path}${query}`,
    headers: { cookie: who.cookie },
  });
  const statement = decodeStatement(response.json());
  if (!statement.ok) throw new Error(response.body);
  return statement.value;
}

describe('a profile', () => {
  test('is written by its holder and read by everybody', async () => {
    const form = { name: 'Café  São João ', city: 'Porto', country: 'PT', category: '5814' };
    const response = await writeProfile(ada, form);
    expect(response.statusCode).toBe(200);
    const { account } = ada.enrolment.account.profile;
    const told = { ...form, name: 'Café São João', account };
    expect((await readState(server, ada)).profile).toEqual(told);
    const payee = await server.app.inject({ url: `/api/payees/${account}` });
    expect(decodePayeeProfile(payee.json())).toEqual({ ok: true, value: told });
    const lower = await server.app.inject({ url: `/api/payees/${account.toLowerCase()}` });
    expect(lower.json()).toEqual(payee.json());
  });

  test('keeps its one spelling for letters that can be written in two', async () => {
    await writeProfile(ada, { ...profileOf('x'), name: 'Cafe\u0301' });
    expect((await readState(server, ada)).profile.name).toBe('Caf\u00e9');
  });

  test.each([
    ['without a name', { name: '' }],
    ['with a line break', { name: 'Ada\nPaid 100' }],
    ['with a zero byte', { name: 'Ada\u0000' }],
    ['with half a character', { name: 'Ada\ud800' }],
    ['with a name too long', { name: 'a'.repeat(26) }],
    ['with an unknown member', { admin: true }],
    ['with a country that is a name', { country: 'Portugal' }],
  ])('%s is refused, and the old one stays', async (_, change) => {
    const response = await writeProfile(ada, { ...profileOf('Ada'), ...change });
    expect(response.json()).toMatchObject({ status: 400, code: 'input_invalid' });
    expect((await readState(server, ada)).profile.name).toBe('Ada');
  });

  test('tells strangers no balance', async () => {
    const { account } = ada.enrolment.account.profile;
    const payee = await server.app.inject({ url: `/api/payees/${account}` });
    expect(Object.keys(payee.json()).sort()).toEqual([
      'account',
      'category',
      'city',
      'country',
      'name',
    ]);
  });
});

describe('a statement', () => {
  test('begins with the play money, which nobody signed for', async () => {
    expect(await readStatement(ada)).toMatchObject({
      version: 1,
      entries: [
        {
          version: 1,
          kind: 'issue',
          amountMinor: 100_000n,
          counterparty: '',
          counterpartyName: '',
        },
      ],
    });
    expect((await readStatement(ada)).entries[0]).not.toHaveProperty('paymentId');
  });

  test('tells a payment to both sides, with what the payer signed and the receipt', async () => {
    const digest = random(8);
    const item = await authorize(server, ada, ben, {
      amountMinor: 1234n,
      note: 'two coffees ☕',
      tipMinor: 34n,
      requestDigest: digest,
    });
    await settle(server, [item]);
    const [mine, theirs] = [await readStatement(ada), await readStatement(ben)];
    const authorization = decodeAuthorization(item);
    if (!authorization.ok) throw new Error('cannot be');
    const common = {
      version: 2,
      currency: 978,
      kind: 'payment',
      paymentId: toBase64url(authorization.value.id),
      requestDigest: toBase64url(digest),
      note: 'two coffees ☕',
      tipMinor: 34n,
    };
    expect(mine.entries[1]).toMatchObject({
      ...common,
      amountMinor: -1234n,
      balanceMinor: 98_766n,
      counterparty: ben.enrolment.account.profile.account,
      counterpartyName: 'Ben',
    });
    expect(theirs.entries[1]).toMatchObject({
      ...common,
      amountMinor: 1234n,
      balanceMinor: 101_234n,
      counterpartyName: 'Ada',
    });
    const receipt = theirs.entries[1]?.receipt;
    if (!receipt) throw new Error('no receipt');
    expect(trustReceipt(await readIdentity(server), receipt)).toMatchObject({
      verdict: 'accepted',
      amountMinor: 1234n,
    });
  });

  test('gives every entry once, however it is paged', async () => {
    const items = await Promise.all(
      Array.from({ length: 20 }, () => authorize(server, ada, ben, { amountMinor: 1n })),
    );
    await settle(server, items);
    const all = await readStatement(ben);
    expect(all.entries.map((entry) => entry.version)).toEqual(
      Array.from({ length: 21 }, (_, i) => i + 1),
    );
    for (const limit of [1, 7, 200]) {
      const seen: number[] = [];
      for (let after = 0; ; after = seen.at(-1) ?? 0) {
        const page = await readStatement(ben, `?after=${after}&limit=${limit}`);
        expect(page.version).toBe(21);
        if (page.entries.length === 0) break;
        seen.push(...page.entries.map((entry) => entry.version));
      }
      expect(seen).toEqual(all.entries.map((entry) => entry.version));
    }
  });

  test('behind its end is empty, not refused', async () => {
    expect(await readStatement(ada, '?after=999999999999999')).toEqual({
      entries: [],
      version: 1,
      epoch: 1,
    });
  });

  test('shows nothing of a payment that was refused', async () => {
    await settle(server, [await authorize(server, ada, ben, { amountMinor: 0n })]);
    expect((await readStatement(ada)).version).toBe(1);
  });
});

test('a device’s newest payment number is noted for people who help', async () => {
  const noting = await startRunningServer(cluster);
  const [payer, payee] = [await enrol(noting, 'Ada'), await enrol(noting, 'Ben')];
  const items = [await authorize(noting, payer, payee), await authorize(noting, payer, payee)];
  await settle(noting, [items[1]!, items[0]!]);
  const late = await orderFor(noting, payer, payee.account);
  expect(late.seq).toBe(3);
  await noting.stop();
  const { rows } = await noting.database.query('SELECT last_seq FROM device WHERE account = $1', [
    payer.account,
  ]);
  expect(rows).toEqual([{ last_seq: 2n }]);
});
