import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { FLAG } from '#protocol/assertion.ts';
import { PAYMENT_ID_LENGTH } from '#protocol/order.ts';
import { ROUTES } from '#protocol/routes.ts';
import { decodeEnrolment } from '#protocol/wire.ts';
import { revokeCredential } from '#server/passkeys/credentials.ts';
import { PARTY, type RunningServer, startRunningServer } from '../../support/running-server.ts';
import {
  balanceOf,
  cookieOf,
  enrol,
  JPY,
  post,
  profileOf,
  readState,
} from '../../support/server-wallet.ts';
import { type Bend, createAuthenticator } from '../../support/software-authenticator.ts';
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

const begin = async (name = 'Ada') =>
  (await post(server, ROUTES.enrolmentOptions.path, { name })).json();

async function enrolWith(bend: Bend): Promise<string> {
  const response = await post(server, ROUTES.enrolment.path, {
    profile: profileOf('Ada'),
    credential: createAuthenticator(PARTY).register(await begin(), bend),
  });
  return `${response.statusCode} ${response.json().code ?? 'enrolled'}`;
}

describe('enrolment', () => {
  test('asks for an ES256 passkey that the person can choose and is verified for', async () => {
    const options = await begin('Ada');
    expect(options.pubKeyCredParams).toEqual([{ alg: -7, type: 'public-key' }]);
    expect(options.authenticatorSelection).toMatchObject({
      residentKey: 'required',
      userVerification: 'required',
    });
    expect(options.rp.id).toBe('localhost');
    expect(options.user.name).toBe('Ada');
    expect(Buffer.from(options.user.id, 'base64url')).toHaveLength(16);
    expect(options.attestation).toBe('none');
  });

  test('opens an account with play money, its first device, and a session that scripts cannot read', async () => {
    const wallet = await enrol(server, 'Ada');
    expect(wallet.enrolment.device).toBe(1);
    expect(wallet.enrolment.account).toMatchObject({
      profile: { name: 'Ada', city: 'Lisboa', country: 'PT', category: '5499' },
      balances: [{ currency: 978, amountMinor: 100_000n }],
      version: 1,
      frozen: false,
      sandbox: true,
    });
    expect(await readState(server, wallet)).toEqual(wallet.enrolment.account);
  });

  test('gives play money in the currency that the person chose', async () => {
    const wallet = await enrol(server, 'Yuki', JPY);
    expect(await balanceOf(server, wallet, JPY)).toBe(1000n);
  });

  test('gives no money and says so where money is real', async () => {
    const real = await startRunningServer(cluster, { env: { SANDBOX: 'false' } });
    const wallet = await enrol(real, 'Ada');
    expect(wallet.enrolment.account).toMatchObject({ balances: [], version: 0, sandbox: false });
    await real.stop();
  });

  test('sets the cookie for this host alone, over https alone where there is https', async () => {
    const https = await startRunningServer(cluster, { env: { ORIGIN: 'https://pay.example' } });
    const party = { rpId: 'pay.example', origin: 'https://pay.example' };
    const options = (await post(https, ROUTES.enrolmentOptions.path, { name: 'Ada' })).json();
    const response = await post(https, ROUTES.enrolment.path, {
      profile: profileOf('Ada'),
      credential: createAuthenticator(party).register(options),
    });
    expect(response.headers['set-cookie']).toMatch(
      /^__Host-counterfoil=[\w-]{43}; Max-Age=7776000; Path=\/; HttpOnly; Secure; SameSite=Strict$/,
    );
    await https.stop();
    const local = await post(server, ROUTES.enrolment.path, {
      profile: profileOf('Ada'),
      credential: createAuthenticator(PARTY).register(await begin()),
    });
    expect(local.headers['set-cookie']).toMatch(
      /^counterfoil=[\w-]{43}; Max-Age=7776000; Path=\/; HttpOnly; SameSite=Strict$/,
    );
  });

  test('stores of the session only the hash of its token', async () => {
    const wallet = await enrol(server, 'Ada');
    const token = Buffer.from(wallet.cookie.split('=')[1] ?? '', 'base64url');
    const { rows } = await server.database.query<{ token_hash: Uint8Array }>(
      'SELECT token_hash FROM session WHERE account = $1',
      [wallet.account],
    );
    expect(rows).toHaveLength(1);
    expect(Buffer.from(rows[0]!.token_hash).equals(token)).toBe(false);
  });

  test.each([
    ['another origin', { origin: 'https://evil.example' }],
    ['another relying party', { rpId: 'evil.example' }],
    ['an approval in place of a creation', { type: 'webauthn.get' }],
    ['a person who was not verified', { flags: FLAG.UP }],
    ['nobody present', { flags: FLAG.UV }],
    ['a frame within another site', { crossOrigin: true }],
    ['another id than it says', { attestedId: new Uint8Array(32).fill(7) }],
  ] as const)('refuses a passkey made for %s', async (_, bend) => {
    expect(await enrolWith(bend)).toBe('400 passkey_rejected');
  });

  test('refuses a challenge that was never given out', async () => {
    expect(await enrolWith({ challenge: new Uint8Array(32) })).toBe('400 ceremony_unknown');
  });

  test('refuses a passkey that is known already, and opens no account for it', async () => {
    const wallet = await enrol(server, 'Ada');
    const { rows: before } = await server.database.query('SELECT count(*) FROM account');
    const response = await post(server, ROUTES.enrolment.path, {
      profile: profileOf('Eve'),
      credential: wallet.authenticator.register(await begin('Eve')),
    });
    expect(response.json().code).toBe('passkey_rejected');
    const { rows: after } = await server.database.query('SELECT count(*) FROM account');
    expect(after).toEqual(before);
  });

  test('refuses an answer that took too long', async () => {
    const slow = await startRunningServer(cluster);
    const options = (await post(slow, ROUTES.enrolmentOptions.path, { name: 'Ada' })).json();
    slow.advance(300_001);
    const response = await post(slow, ROUTES.enrolment.path, {
      profile: profileOf('Ada'),
      credential: createAuthenticator(PARTY).register(options),
    });
    expect(response.json().code).toBe('ceremony_unknown');
    await slow.stop();
  });

  test.each([
    ['a name of blanks', { name: '   ' }],
    ['a name of 26 characters', { name: 'a'.repeat(26) }],
    ['a name that turns the writing round', { name: 'Ada \u202Egnp.exe' }],
    ['a city of 16 characters', { city: 'a'.repeat(16) }],
    ['a country in small letters', { country: 'pt' }],
    ['a category that is no number', { category: 'food' }],
  ])('refuses %s', async (_, change) => {
    const response = await post(server, ROUTES.enrolment.path, {
      profile: { ...profileOf('Ada'), ...change },
      credential: createAuthenticator(PARTY).register(await begin()),
    });
    expect(response.statusCode).toBe(400);
    expect(response.json()).toMatchObject({ code: 'input_invalid', detail: expect.any(String) });
  });

  test('takes names of every script, counted in characters', async () => {
    const name = '\u{20BB7}野家とてもながいなまえのみせでございますよねそう'.slice(0, 26);
    expect([...name]).toHaveLength(25);
    const wallet = await enrol(server, name);
    expect(wallet.enrolment.account.profile.name).toBe(name);
  });

  test('refuses a currency that does not exist', async () => {
    const response = await post(server, ROUTES.enrolment.path, {
      profile: profileOf('Ada'),
      currency: 1,
      credential: createAuthenticator(PARTY).register(await begin()),
    });
    expect(response.json().code).toBe('currency_unknown');
  });
});

describe('signing in', () => {
  const beginSignIn = async () => (await post(server, ROUTES.signInOptions.path, {})).json();

  test('names no passkey: the person chooses', async () => {
    const options = await beginSignIn();
    expect(options.allowCredentials ?? []).toEqual([]);
    expect(options.userVerification).toBe('required');
  });

  test('asks for a signature over what can never be a payment’s id', async () => {
    for (const options of [await beginSignIn(), await begin()]) {
      const { length } = Buffer.from(options.challenge, 'base64url');
      expect(length).toBeGreaterThanOrEqual(16);
      expect(length).not.toBe(PAYMENT_ID_LENGTH);
    }
  });

  test('gives the account’s state and a device number of its own', async () => {
    const wallet = await enrol(server, 'Ada');
    const credential = wallet.authenticator.signIn(await beginSignIn());
    const response = await post(server, ROUTES.signIn.path, { credential });
    expect(response.statusCode).toBe(200);
    const enrolment = decodeEnrolment(response.json());
    expect(enrolment).toMatchObject({
      ok: true,
      value: {
        account: wallet.enrolment.account,
        device: 2,
        credentialId: wallet.enrolment.credentialId,
      },
    });
    const state = await readState(server, { ...wallet, cookie: cookieOf(response) });
    expect(state).toEqual(wallet.enrolment.account);
  });

  test('keeps the number of a phone that is one of the account’s devices, and of no other', async () => {
    const wallet = await enrol(server, 'Ada');
    const other = await enrol(server, 'Ben');
    const { account } = wallet.enrolment.account.profile;
    const signIn = async (here: object) => {
      const credential = wallet.authenticator.signIn(await beginSignIn());
      return (await post(server, ROUTES.signIn.path, { credential, here })).json().device;
    };
    expect(await signIn({ account, device: 1 })).toBe(1);
    expect(await signIn({ account: other.enrolment.account.profile.account, device: 1 })).toBe(2);
    expect(await signIn({ account, device: 7 })).toBe(3);
    expect(await signIn({ account, device: 2 })).toBe(2);
  });

  test('ends the session that this browser had before', async () => {
    const wallet = await enrol(server, 'Ada');
    const credential = wallet.authenticator.signIn(await beginSignIn());
    const response = await post(server, ROUTES.signIn.path, { credential }, wallet.cookie);
    expect(cookieOf(response)).not.toBe(wallet.cookie);
    const headers = { cookie: wallet.cookie };
    const old = await server.app.inject({ url: ROUTES.account.path, headers });
    expect(old.statusCode).toBe(401);
  });

  test('leaves no session behind when the passkey is revoked at that very moment', async () => {
    const { authenticator, account } = await enrol(server, 'Ada');
    const credential = authenticator.signIn(await beginSignIn());
    const signingIn = await server.database.transaction(async (operator) => {
      await revokeCredential(operator, authenticator.credentialId);
      const response = post(server, ROUTES.signIn.path, { credential });
      // It has found the passkey in use, and now waits for its row.
      for (let waiting = 0; waiting === 0; ) {
        const { rows } = await server.database.query<{ n: number }>(
          `SELECT count(*)::int AS n FROM pg_stat_activity
            WHERE datname = current_database() AND wait_event_type = 'Lock'`,
        );
        waiting = rows[0]?.n ?? 0;
      }
      return { response };
    });
    expect((await signingIn.response).json().code).toBe('credential_revoked');
    const sessions = await server.database.query('SELECT 1 FROM session WHERE account = $1', [
      account,
    ]);
    expect(sessions.rowCount).toBe(0);
  });

  test('never gives one device number twice, however many sign in at once', async () => {
    const wallet = await enrol(server, 'Ada');
    const numbers = await Promise.all(
      Array.from({ length: 8 }, async () => {
        const credential = wallet.authenticator.signIn(await beginSignIn());
        return (await post(server, ROUTES.signIn.path, { credential })).json().device;
      }),
    );
    expect(numbers.sort()).toEqual([2, 3, 4, 5, 6, 7, 8, 9]);
  });

  test('lets signature counts go down: synced passkeys break every rule about them', async () => {
    const wallet = await enrol(server, 'Ada');
    for (const signCount of [6, 5, 0]) {
      const credential = wallet.authenticator.signIn(await beginSignIn(), { signCount });
      expect((await post(server, ROUTES.signIn.path, { credential })).statusCode).toBe(200);
    }
  });

  test.each([
    ['another origin', { origin: 'https://evil.example' }, 'passkey_rejected'],
    ['another relying party', { rpId: 'evil.example' }, 'passkey_rejected'],
    ['a creation in place of an approval', { type: 'webauthn.create' }, 'passkey_rejected'],
    ['a person who was not verified', { flags: FLAG.UP }, 'passkey_rejected'],
    ['an unknown challenge', { challenge: new Uint8Array(32) }, 'ceremony_unknown'],
  ] as const)('refuses %s', async (_, bend, code) => {
    const wallet = await enrol(server, 'Ada');
    const credential = wallet.authenticator.signIn(await beginSignIn(), bend);
    const response = await post(server, ROUTES.signIn.path, { credential });
    expect(response.json().code).toBe(code);
  });

  test('refuses the signature of another passkey', async () => {
    const [ada, eve] = [await enrol(server, 'Ada'), await enrol(server, 'Eve')];
    const forged = {
      ...eve.authenticator.signIn(await beginSignIn()),
      id: ada.enrolment.credentialId,
      rawId: ada.enrolment.credentialId,
    };
    const response = await post(server, ROUTES.signIn.path, { credential: forged });
    expect(response.json().code).toBe('passkey_rejected');
  });

  test('refuses a passkey that nobody enrolled', async () => {
    const credential = createAuthenticator(PARTY).signIn(await beginSignIn());
    const response = await post(server, ROUTES.signIn.path, { credential });
    expect(response.json().code).toBe('credential_unknown');
  });

  test('refuses an enrolment’s challenge: one ceremony does not stand for another', async () => {
    const wallet = await enrol(server, 'Ada');
    const credential = wallet.authenticator.signIn(await begin());
    const response = await post(server, ROUTES.signIn.path, { credential });
    expect(response.json().code).toBe('ceremony_unknown');
  });
});

describe('a session', () => {
  test('ends when the person signs out', async () => {
    const wallet = await enrol(server, 'Ada');
    const headers = { cookie: wallet.cookie };
    const out = await server.app.inject({ method: 'POST', url: ROUTES.signOut.path, headers });
    expect(out.statusCode).toBe(204);
    expect(out.body).toBe('');
    const response = await server.app.inject({ url: ROUTES.account.path, headers });
    expect(response.json()).toMatchObject({ status: 401, code: 'not_signed_in' });
  });

  test('ends by itself', async () => {
    const late = await startRunningServer(cluster, { env: { SESSION_DAYS: '1' } });
    const wallet = await enrol(late, 'Ada');
    late.advance(24 * 60 * 60 * 1000 + 1);
    const headers = { cookie: wallet.cookie };
    const response = await late.app.inject({ url: ROUTES.account.path, headers });
    expect(response.statusCode).toBe(401);
    await late.stop();
  });

  test('gives a new device number to a wallet that lost its storage', async () => {
    const wallet = await enrol(server, 'Ada');
    const response = await post(server, ROUTES.devices.path, {}, wallet.cookie);
    expect(response.statusCode).toBe(201);
    expect(decodeEnrolment(response.json())).toMatchObject({
      ok: true,
      value: { device: 2, credentialId: wallet.enrolment.credentialId },
    });
  });

  test.each([
    ['GET', ROUTES.account.path],
    ['PUT', ROUTES.profile.path],
    ['POST', ROUTES.devices.path],
    ['GET', ROUTES.statement.path],
    ['GET', ROUTES.events.path],
  ] as const)('is needed for %s %s', async (method, url) => {
    const payload = method === 'PUT' ? profileOf('Ada') : method === 'POST' ? {} : undefined;
    for (const cookie of ['', 'counterfoil=x', `counterfoil=${'A'.repeat(43)}`]) {
      const response = await server.app.inject({
        method,
        url,
        ...(payload && { payload }),
        ...(cookie && { headers: { cookie } }),
      });
      expect(response.json()).toMatchObject({ status: 401, code: 'not_signed_in' });
    }
  });
});
