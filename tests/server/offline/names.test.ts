import { createPublicKey, verify } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { toBase64url } from '#protocol/bytes.ts';
import { decodeNameCertificate, nameSignedBytes } from '#protocol/name-certificate.ts';
import { ROUTES } from '#protocol/routes.ts';
import type { AccountState, ProfileForm } from '#protocol/wire.ts';
import { COMMANDS } from '#server/operator-commands.ts';
import { type RunningServer, startRunningServer } from '../../support/running-server.ts';
import {
  enrol,
  profileOf,
  readIdentity,
  readState,
  type ServerWallet,
} from '../../support/server-wallet.ts';
import { startTestCluster, type TestCluster } from '../../support/test-database.ts';

const DAY_MS = 86_400_000;

let cluster: TestCluster;
let server: RunningServer;

beforeAll(async () => {
  cluster = await startTestCluster();
  server = await startRunningServer(cluster, { env: { NAMES_VERIFIED_BY: 'operator' } });
});
afterAll(async () => {
  await server.stop();
  await cluster.stop();
});

async function operate(name: string, ...args: string[]): Promise<string> {
  const lines: string[] = [];
  const command = COMMANDS.find((each) => each.name === name);
  await command?.run({ database: server.database, args, say: (line) => lines.push(line) });
  return lines.join('\n');
}

const writeProfile = (who: ServerWallet, payload: ProfileForm) =>
  server.inject({
    method: 'PUT',
    url: ROUTES.profile.path,
    payload,
    headers: { cookie: who.cookie },
  });

/** Whether a published key signed the certificate for this name, as a payer's phone would check it. */
async function vouches(state: AccountState, who: ServerWallet, name: string): Promise<boolean> {
  const { server: id, keys } = await readIdentity(server);
  const certificate = state.nameCertificate && decodeNameCertificate(state.nameCertificate);
  if (!certificate) return false;
  const { keyHint, lastDay, signature } = certificate;
  const said = { server: id, payee: who.account, name, city: 'LISBOA', country: 'PT' };
  return keys
    .filter(({ keyId }) => keyId[0] === keyHint)
    .some(({ keyId, point }) => {
      const [x, y] = [toBase64url(point.subarray(0, 32)), toBase64url(point.subarray(32))];
      const key = createPublicKey({ key: { kty: 'EC', crv: 'P-256', x, y }, format: 'jwk' });
      const signed = nameSignedBytes({ ...said, category: '5499', lastDay }, keyId);
      return verify('sha256', signed, { key, dsaEncoding: 'ieee-p1363' }, signature);
    });
}

test('a name is certified when the operator vouches for it, in the spelling of codes', async () => {
  const vera = await enrol(server, 'Vera');
  expect((await readState(server, vera)).nameCertificate).toBeUndefined();
  expect(await operate('verify', 'Vera')).toContain('Vera, Lisboa, PT');
  const state = await readState(server, vera);
  expect(await vouches(state, vera, 'VERA')).toBe(true);
  expect(await vouches(state, vera, 'VERO')).toBe(false);
  // A code that is on the screen stays as it is.
  expect((await readState(server, vera)).nameCertificate).toEqual(state.nameCertificate);
  const lastDay = state.nameCertificate && decodeNameCertificate(state.nameCertificate)?.lastDay;
  expect(lastDay).toBe(Math.floor(server.nowMs() / DAY_MS) + 90);
});

test('who changes what was vouched for loses it; who changes nothing keeps it', async () => {
  const walt = await enrol(server, 'Walt');
  await operate('verify', walt.enrolment.account.profile.account);
  await writeProfile(walt, profileOf('Walt'));
  expect(await vouches(await readState(server, walt), walt, 'WALT')).toBe(true);
  await writeProfile(walt, { ...profileOf('Walt'), city: 'Porto' });
  expect((await readState(server, walt)).nameCertificate).toBeUndefined();
});

test('where enrolment vouches, every name is certified, also a changed one', async () => {
  const easy = await startRunningServer(cluster);
  const xena = await enrol(easy, 'Xena');
  expect(xena.enrolment.account.nameCertificate).toBeDefined();
  const { cookie } = xena;
  const payload = profileOf('Xenia');
  const request = {
    method: 'PUT',
    url: ROUTES.profile.path,
    payload,
    headers: { cookie },
  } as const;
  expect((await easy.inject(request)).json().nameCertificate).toMatch(/^[A-Za-z0-9_-]{90}$/);
  await easy.stop();
});
