import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ROUTES } from '#protocol/routes.ts';
import { PARTY, type RunningServer, startRunningServer } from '../../support/running-server.ts';
import { enrol, post, profileOf } from '../../support/server-wallet.ts';
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

const JSON_BYTES_MAX = 65_536;

/** Nobody is held up by what was refused: a person can still come in. */
const isWelcome = async () => (await enrol(server, 'Ada')).enrolment.device === 1;
const bugs = () => server.log.filter((line) => line.includes('"level":"error"'));

describe('JSON that is made to cost', () => {
  test.each([
    ['arrays in arrays', '['.repeat(32_000) + ']'.repeat(32_000)],
    ['objects in objects', '{"a":'.repeat(10_000) + 1 + '}'.repeat(10_000)],
    ['very many keys', `{${Array.from({ length: 6_000 }, (_, i) => `"k${i}":1`).join()}}`],
    ['the same key again and again', `{${Array(7_000).fill('"name":1').join()}}`],
    ['a number without end', `{"name":${'9'.repeat(60_000)}}`],
    ['a name without end', JSON.stringify({ name: 'a'.repeat(60_000) })],
    ['nothing but escapes', `{"name":"${'\\u0000'.repeat(10_000)}"}`],
    ['only an opening', '['.repeat(60_000)],
  ])('is refused, and no fault of ours: %s', async (_, payload) => {
    expect(payload.length).toBeLessThan(JSON_BYTES_MAX);
    const response = await server.app.inject({
      method: 'POST',
      url: ROUTES.enrolmentOptions.path,
      headers: { 'content-type': 'application/json' },
      payload,
    });
    expect(response.statusCode).toBe(400);
    expect(response.json().code).toBe('input_invalid');
    expect(response.body.length).toBeLessThan(1000);
    expect(await isWelcome()).toBe(true);
    expect(bugs()).toEqual([]);
  });
});

describe('an attestation that is made to cost', () => {
  test.each([
    ['arrays in arrays', Buffer.alloc(10_000, 0x81)],
    ['maps in maps', Buffer.alloc(10_000, Buffer.of(0xa1, 0))],
    ['tags of tags', Buffer.alloc(10_000, 0xc1)],
    ['an array longer than memory', Buffer.of(0x9b, 0, 0, 0, 1, 255, 255, 255, 255)],
    ['bytes longer than memory', Buffer.of(0x5b, 0, 0, 0, 1, 255, 255, 255, 255)],
    [
      'a map of very many keys',
      Buffer.concat([Buffer.of(0xba, 0, 0, 19, 0), Buffer.alloc(10_000)]),
    ],
  ])('is refused, and no fault of ours: %s', async (_, attestation) => {
    const options = (await post(server, ROUTES.enrolmentOptions.path, { name: 'Eve' })).json();
    const credential = createAuthenticator(PARTY).register(options);
    credential.response.attestationObject = attestation.toString('base64url');
    const response = await post(server, ROUTES.enrolment.path, {
      profile: profileOf('Eve'),
      credential,
    });
    expect(response.statusCode).toBe(400);
    expect(response.json().code).toBe('passkey_rejected');
    expect(await isWelcome()).toBe(true);
    expect(bugs()).toEqual([]);
  });
});
