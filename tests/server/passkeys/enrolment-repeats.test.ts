// An enrolment whose answer is lost is sent again: the same answer leads to the same account, any other to none.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { fromBase32 } from '#protocol/base32.ts';
import { ROUTES } from '#protocol/routes.ts';
import { decodeEnrolment } from '#protocol/wire.ts';
import { revokeCredential } from '#server/passkeys/credentials.ts';
import { PARTY, type RunningServer, startRunningServer } from '../../support/running-server.ts';
import {
  cookieOf,
  JPY,
  post,
  profileOf,
  type WalletResponse,
} from '../../support/server-wallet.ts';
import { createAuthenticator } from '../../support/software-authenticator.ts';
import { startTestCluster, type TestCluster } from '../../support/test-database.ts';

let cluster: TestCluster;
let server: RunningServer;

beforeAll(async () => {
  cluster = await startTestCluster();
  server = await startRunningServer(cluster);
});
afterAll(async () => {
  await server.stop();
  await cluster.stop();
});

const begin = async () =>
  (await post(server, ROUTES.enrolmentOptions.path, { name: 'Ada' })).json();

/** What a page sends, and sends again when no answer comes. */
const answerOf = async (name: string, at = server) => ({
  profile: profileOf(name),
  credential: createAuthenticator(PARTY).register(
    (await post(at, ROUTES.enrolmentOptions.path, { name })).json(),
  ),
});

const stateOf = async (response: WalletResponse) => {
  const headers = { cookie: cookieOf(response) };
  return (await server.app.inject({ url: ROUTES.account.path, headers })).json();
};

/** Of the account that was answered. */
async function countOf(table: 'account' | 'device', response: WalletResponse): Promise<number> {
  const enrolment = decodeEnrolment(response.json());
  const id = enrolment.ok && fromBase32(enrolment.value.account.profile.account, 16);
  const column = table === 'account' ? 'id' : 'account';
  const { rowCount } = await server.database.query(`SELECT 1 FROM ${table} WHERE ${column} = $1`, [
    id,
  ]);
  return rowCount ?? 0;
}

test('answers a credential that is sent again, since the first answer was lost, with the same account', async () => {
  const body = await answerOf('Ada');
  const first = await post(server, ROUTES.enrolment.path, body);
  const again = await post(server, ROUTES.enrolment.path, body);
  expect([first.statusCode, again.statusCode]).toEqual([201, 201]);
  expect(again.json()).toEqual(first.json());
  expect(await stateOf(again)).toEqual(await stateOf(first));
  expect(await countOf('account', first)).toBe(1);
  expect(await countOf('device', first)).toBe(1);
});

test('opens one account for a credential that is sent many times at once', async () => {
  const body = await answerOf('Ada');
  const answers = await Promise.all(
    [1, 2, 3, 4].map(() => post(server, ROUTES.enrolment.path, body)),
  );
  expect(answers.map(({ statusCode }) => statusCode)).toEqual([201, 201, 201, 201]);
  expect(new Set(answers.map((answer) => answer.body)).size).toBe(1);
});

test('takes another passkey for a challenge that was answered no more', async () => {
  const options = await begin();
  const [first, other] = [1, 2].map(() => ({
    profile: profileOf('Ada'),
    credential: createAuthenticator(PARTY).register(options),
  }));
  expect((await post(server, ROUTES.enrolment.path, first!)).statusCode).toBe(201);
  const response = await post(server, ROUTES.enrolment.path, other!);
  expect(response.json().code).toBe('ceremony_unknown');
  expect(response.headers['set-cookie']).toBeUndefined();
});

test.each([
  ['profile', { profile: profileOf('Eve') }],
  ['currency', { currency: JPY }],
])('gives no session for a repeat whose %s was changed', async (_, change) => {
  const body = await answerOf('Ada');
  await post(server, ROUTES.enrolment.path, body);
  const response = await post(server, ROUTES.enrolment.path, { ...body, ...change });
  expect(response.json().code).toBe('ceremony_unknown');
  expect(response.headers['set-cookie']).toBeUndefined();
});

test('gives no session for a repeat whose attestation was changed', async () => {
  const options = await begin();
  const authenticator = createAuthenticator(PARTY);
  const profile = profileOf('Ada');
  await post(server, ROUTES.enrolment.path, {
    profile,
    credential: authenticator.register(options),
  });
  const credential = authenticator.register(options, { signCount: 1 });
  const response = await post(server, ROUTES.enrolment.path, { profile, credential });
  expect(response.json().code).toBe('ceremony_unknown');
});

test('gives no session for a repeat that comes after the time of its challenge', async () => {
  const slow = await startRunningServer(cluster);
  const body = await answerOf('Ada', slow);
  expect((await post(slow, ROUTES.enrolment.path, body)).statusCode).toBe(201);
  slow.advance(300_001);
  const response = await post(slow, ROUTES.enrolment.path, body);
  expect(response.json().code).toBe('ceremony_unknown');
  await slow.stop();
});

test('gives no session for a repeat once the passkey is revoked', async () => {
  const authenticator = createAuthenticator(PARTY);
  const body = { profile: profileOf('Ada'), credential: authenticator.register(await begin()) };
  await post(server, ROUTES.enrolment.path, body);
  await server.database.transaction((operator) =>
    revokeCredential(operator, authenticator.credentialId),
  );
  const response = await post(server, ROUTES.enrolment.path, body);
  expect(response.json().code).toBe('credential_revoked');
  expect(response.headers['set-cookie']).toBeUndefined();
});

test('takes of two answers at once only one', async () => {
  const options = await begin();
  const answers = await Promise.all(
    [1, 2, 3, 4].map(() =>
      post(server, ROUTES.enrolment.path, {
        profile: profileOf('Ada'),
        credential: createAuthenticator(PARTY).register(options),
      }),
    ),
  );
  expect(answers.map((answer) => answer.statusCode).sort()).toEqual([201, 400, 400, 400]);
});
