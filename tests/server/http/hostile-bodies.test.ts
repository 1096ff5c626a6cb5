import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Bytes, fromBase64url, toBase64url } from '#protocol/bytes.ts';
import { ANSWER_MEDIA_TYPE, encodeReceiptsQuery } from '#protocol/payments-answer.ts';
import { encodeReoffer } from '#protocol/reoffer.ts';
import { ROUTES } from '#protocol/routes.ts';
import { type Form, fromJson } from '../../fuzz/decoder.ts';
import { mutate } from '../../fuzz/mutate.ts';
import { createSeeded } from '../../simulation/seeded.ts';
import { PARTY, type RunningServer, startRunningServer } from '../../support/running-server.ts';
import { authorize, EUR, enrol, post, profileOf, settle } from '../../support/server-wallet.ts';
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

describe('a good body that is changed a little', () => {
  type Asked = {
    readonly url: string;
    readonly body: Bytes;
    readonly form: Form;
    readonly method?: 'PUT';
  };

  /** One good body for each route that takes one. */
  async function goodBodies() {
    const [ada, ben] = [await enrol(server, 'Ada'), await enrol(server, 'Ben')];
    const authorization = await authorize(server, ada, ben);
    const [settled] = await settle(server, [authorization]);
    if (settled?.kind !== 'receipt') throw new Error('a payment should have been settled');
    const pair = encodeReoffer({ authorization, receipt: settled.receipt });
    const query = encodeReceiptsQuery([new Uint8Array(32), new Uint8Array(32).fill(1)]);
    const { device, authenticator } = ada;
    const wish = {
      device,
      credentialId: toBase64url(authenticator.credentialId),
      currency: EUR,
      amountMinor: '100',
      firstSeq: ada.seq + 1,
    };
    const json = (url: string, value: object): Asked => ({
      url,
      body: fromJson(value),
      form: 'json',
    });
    const cbor = (url: string, body: Bytes): Asked => ({ url, body, form: 'cbor' });
    const asked: readonly Asked[] = [
      json(ROUTES.enrolmentOptions.path, { name: 'Eve' }),
      json(ROUTES.signInOptions.path, {}),
      json(ROUTES.devices.path, {}),
      { ...json(ROUTES.profile.path, profileOf('Ada')), method: 'PUT' },
      json(ROUTES.allowances.path, wish),
      json(ROUTES.allowanceRelease.path, { device, currency: EUR }),
      json(ROUTES.deviceFreeze.path, { device: 1000 }),
      cbor(ROUTES.payments.path, authorization),
      cbor(ROUTES.reoffers.path, pair),
      cbor(ROUTES.receipts.path, query),
    ];
    return { ada, asked };
  }

  test('is answered, and no fault of ours', async () => {
    const { ada, asked } = await goodBodies();
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...asked),
        fc.nat(),
        async ({ url, body, form, method = 'POST' }, seed) => {
          const response = await server.app.inject({
            method,
            url,
            headers: {
              'content-type': form === 'json' ? 'application/json' : ANSWER_MEDIA_TYPE,
              cookie: ada.cookie,
            },
            payload: Buffer.from(mutate(form, body, createSeeded(seed), body)),
          });
          expect(response.statusCode).toBeLessThan(500);
        },
      ),
      { numRuns: 300 },
    );
    expect(bugs()).toEqual([]);
  });

  test('of a ceremony is answered, whichever part of the credential was changed', async () => {
    const PARTS = ['attestationObject', 'clientDataJSON'] as const;
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...PARTS), fc.nat(), async (part, seed) => {
        const options = (await post(server, ROUTES.enrolmentOptions.path, { name: 'Eve' })).json();
        const credential = createAuthenticator(PARTY).register(options);
        const good = fromBase64url(credential.response[part]) ?? new Uint8Array(0);
        const changed = mutate('json', good, createSeeded(seed), good);
        credential.response[part] = toBase64url(changed);
        const form = { profile: profileOf('Eve'), credential };
        const response = await post(server, ROUTES.enrolment.path, form);
        expect([201, 400]).toContain(response.statusCode);
      }),
      { numRuns: 60 },
    );
    expect(bugs()).toEqual([]);
  });
});
