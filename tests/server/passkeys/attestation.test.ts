// What a stranger may send in place of a new passkey, and what it costs the server: nothing is followed or fetched.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ROUTES } from '#protocol/routes.ts';
import { PARTY, type RunningServer, startRunningServer } from '../../support/running-server.ts';
import { post, profileOf } from '../../support/server-wallet.ts';
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

describe('enrolment', () => {
  test.each(['android-key', 'android-safetynet', 'apple', 'fido-u2f', 'packed', 'tpm'])(
    'follows no certificate of an attestation: %s is refused unread',
    async (format) => {
      const statement = { alg: -7, sig: new Uint8Array(70), x5c: [new Uint8Array(500)] };
      const response = await post(server, ROUTES.enrolment.path, {
        profile: profileOf('Ada'),
        credential: createAuthenticator(PARTY).register(await begin(), { format, statement }),
      });
      expect(response.json()).toMatchObject({ code: 'passkey_rejected', detail: 'an attestation' });
    },
  );

  test('verifies nothing for a challenge that was never given out', async () => {
    const statement = { x5c: [new Uint8Array(500)] };
    const challenge = new Uint8Array(24);
    const bend = { challenge, format: 'apple', statement };
    const response = await post(server, ROUTES.enrolment.path, {
      profile: profileOf('Ada'),
      credential: createAuthenticator(PARTY).register(await begin(), bend),
    });
    expect(response.json().code).toBe('ceremony_unknown');
  });

  test.each([
    ['longer than any', 3000],
    ['longer than the library’s own', 1024],
  ])('refuses a passkey id that is %s', async (_, length) => {
    const attestedId = new Uint8Array(length).fill(1);
    const credential = createAuthenticator(PARTY).register(await begin(), { attestedId });
    const response = await post(server, ROUTES.enrolment.path, {
      profile: profileOf('Ada'),
      credential: {
        ...credential,
        id: Buffer.from(attestedId).toString('base64url').slice(0, 1400),
      },
    });
    expect(response.statusCode).toBe(400);
  });

  test('a transport that is no word, and members of any depth, are no fault of the server', async () => {
    const { response: answer, ...rest } = createAuthenticator(PARTY).register(await begin());
    const enrolAs = async (credential: object) =>
      (await post(server, ROUTES.enrolment.path, { profile: profileOf('Ada'), credential }))
        .statusCode;
    expect(await enrolAs({ ...rest, response: { ...answer, transports: ['a\u0000b'] } })).toBe(400);
    const credential = { ...rest, response: answer, clientExtensionResults: 'DEEP' };
    const body = JSON.stringify({ profile: profileOf('Ada'), credential });
    const depth = 6_000;
    const deep = body.replace('"DEEP"', `${'{"a":'.repeat(depth)}{}${'}'.repeat(depth)}`);
    const response = await server.inject({
      method: 'POST',
      url: ROUTES.enrolment.path,
      headers: { 'content-type': 'application/json' },
      payload: Buffer.from(deep),
    });
    expect(response.statusCode).toBe(201);
  });
});
