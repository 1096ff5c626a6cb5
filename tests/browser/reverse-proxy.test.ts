// The README's nginx example, run as it stands: HTTPS, a host name, passkeys and live updates.
import { execFileSync, spawn } from 'node:child_process';
import fs from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { payLink } from '#protocol/pay-link.ts';
import { startServer, type TestServer } from '../support/payment-server.ts';
import { openStall } from '../support/stall.ts';
import {
  approve,
  openWallet,
  type Person,
  purse,
  purseSays,
  slipSays,
  startPerson,
} from '../support/wallet-flows.ts';

const host = 'wallet.example.org';

function installed(program: string, args: readonly string[]): boolean {
  try {
    execFileSync(program, args, { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

const missing = !installed('nginx', ['-v']) || !installed('openssl', ['version']);
if (missing) console.warn('SKIPPED: the README’s nginx example, no nginx or openssl here');

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const probe = net.createServer().listen(0, '127.0.0.1', () => {
      const { port } = probe.address() as net.AddressInfo;
      probe.close(() => resolve(port));
    });
  });
}

/** The example of the README with only its addresses and certificate files exchanged. */
function exampleConfiguration(folder: string, port: number, serverPort: number): string {
  const readme = fs.readFileSync('README.md', 'utf8');
  const example = /```nginx\n([\s\S]*?)```/.exec(readme)?.[1];
  if (!example) throw new Error('README.md has no nginx example');
  const server = example
    .replace('listen 443 ssl;', `listen 127.0.0.1:${port} ssl;`)
    // Debian 12 ships nginx 1.22, which knows HTTP/2 only as a word of `listen`.
    .replace(/^\s*http2 on;\n/m, '')
    .replaceAll(/\/etc\/letsencrypt\/live\/[^/]+\/(fullchain|privkey)\.pem/g, `${folder}/$1.pem`)
    .replace('http://localhost:8080', `http://localhost:${serverPort}`);
  return `pid ${folder}/nginx.pid; error_log ${folder}/error.log; daemon off; events {}
http { access_log off; client_body_temp_path ${folder}/body; proxy_temp_path ${folder}/proxy;
fastcgi_temp_path ${folder}/f; uwsgi_temp_path ${folder}/u; scgi_temp_path ${folder}/s; ${server} }`;
}

describe.skipIf(missing)('behind a reverse proxy', () => {
  let server: TestServer;
  let person: Person;
  let origin: string;
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'cf-nginx-'));
  let nginx: ReturnType<typeof spawn>;

  beforeAll(async () => {
    const port = await freePort();
    origin = `https://${host}:${port}`;
    server = await startServer({ env: { ORIGIN: origin, RP_ID: '', TRUST_PROXY: '1' } });
    execFileSync(
      'openssl',
      [
        ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'],
        ...['-days', '2', '-subj', `/CN=${host}`, '-addext', `subjectAltName=DNS:${host}`],
        ...['-keyout', `${folder}/privkey.pem`, '-out', `${folder}/fullchain.pem`],
      ],
      { stdio: 'ignore' },
    );
    fs.chmodSync(folder, 0o755);
    fs.writeFileSync(`${folder}/nginx.conf`, exampleConfiguration(folder, port, server.port));
    nginx = spawn('nginx', ['-c', `${folder}/nginx.conf`, '-p', folder], { stdio: 'ignore' });
    person = await startPerson({
      flags: [`--host-resolver-rules=MAP ${host} 127.0.0.1`, '--ignore-certificate-errors'],
    });
  });

  afterAll(async () => {
    await person?.phone.close();
    nginx?.kill('SIGTERM');
    await server?.dispose();
    fs.rmSync(folder, { recursive: true, force: true });
  });

  test('a wallet is opened over HTTPS under its own host name, pays, and hears news live', async () => {
    const { page } = person;
    await expect
      .poll(() => page.goto(origin).then((answer) => answer?.status()), { timeout: 20_000 })
      .toBe(200);
    const identity = await page.evaluate(() => fetch('/api/keys').then((answer) => answer.json()));
    expect(identity).toMatchObject({ rpId: host, origins: [origin] });
    const headers = (await page.goto(origin))?.headers() ?? {};
    expect(headers['strict-transport-security']).toBeTruthy();
    expect(headers['content-security-policy']).toContain("default-src 'none'");

    await openWallet(person, { origin }, { name: 'Juma Otieno', currency: 'KES', rehearse: true });
    const stall = await openStall(server, 'Duka la Amina');
    await page.goto(payLink(origin, stall.ask({ amountMinor: 25_000n })));
    await approve(person);
    await slipSays(person, 'accepted');
    await purseSays(person, '750.00');

    // Put in by another program: only the live stream can tell a page that stands still.
    const funded = await server.run('operator', ['fund', 'Juma Otieno', '11', 'KES']);
    expect(funded.code, funded.stderr).toBe(0);
    await expect.poll(() => purse(page).textContent(), { timeout: 10_000 }).toContain('761.00');
    expect(person.faults.seen).toEqual([]);
  });
});
