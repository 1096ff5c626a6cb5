import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { decodeAuthorization } from '#protocol/authorization.ts';
import { toBase64url } from '#protocol/bytes.ts';
import { ROUTES } from '#protocol/routes.ts';
import { readEvents } from '../support/event-reader.ts';
import { startServer, type TestServer } from '../support/payment-server.ts';
import { connectTo } from '../support/remote-server.ts';
import {
  authorize,
  balanceOf,
  enrol,
  outcomeOf,
  type ServerWallet,
  settle,
  type WalletServer,
} from '../support/server-wallet.ts';

let running: TestServer;
let server: WalletServer;
let ada: ServerWallet;
let ben: ServerWallet;

beforeAll(async () => {
  running = await startServer({ empty: true });
  server = connectTo(running.origin);
  [ada, ben] = [await enrol(server, 'Ada'), await enrol(server, 'Ben')];
});
afterAll(() => running?.dispose());

const idOf = (item: Uint8Array) => {
  const authorization = decodeAuthorization(item);
  return authorization.ok ? toBase64url(authorization.value.id) : '';
};

describe('the server as a process', () => {
  test('says where it is and what to do next', () => {
    expect(running.log()).toContain(`Counterfoil is at ${running.origin}`);
    expect(running.log()).toContain('play money');
    expect(running.log()).toContain(running.dataDir);
  });

  test('serves the wallet it was built with, under the policy made for it', async () => {
    const page = await server.inject({ url: '/', headers: { accept: 'text/html' } });
    expect(page.body).toContain('<title>Counterfoil</title>');
    expect(page.headers['content-security-policy']).toContain("script-src 'self' 'sha256-");
  });

  test('does not start a second time on the same port, and says so', async () => {
    const second = await running.run('main');
    expect(second.code).toBe(1);
    expect(second.stderr).toMatch(
      /^Counterfoil cannot start\. Port \d+ of localhost is taken, .*PORT=\d+ npm start\n$/m,
    );
    expect(second.stderr).not.toContain('    at ');
    expect(await outcomeOf(server, await authorize(server, ada, ben))).toBe('accepted');
  });

  test('when told to stop lets what has begun end, ends live streams, and loses nothing', async () => {
    const stream = await readEvents(running.origin + ROUTES.events.path, { cookie: ada.cookie });
    await stream.next();
    const items = await Promise.all(
      Array.from({ length: 12 }, () => authorize(server, ada, ben, { amountMinor: 1n })),
    );
    const before = await balanceOf(server, ada);
    const sent = items.map((item) => settle(server, [item]).catch(() => undefined));
    await sent[0];
    expect(await running.stop()).toBe(0);
    await stream.ended;
    const answers = await Promise.all(sent);
    await running.start();
    const again = await settle(server, items);
    answers.forEach((answer, index) => {
      if (answer) expect(again[index]).toEqual(answer[0]);
    });
    expect(await balanceOf(server, ada)).toBe((before ?? 0n) - 12n);
  });

  test('killed in the middle keeps everything that it answered', async () => {
    const items = await Promise.all(
      Array.from({ length: 12 }, () => authorize(server, ada, ben, { amountMinor: 1n })),
    );
    const before = await balanceOf(server, ada);
    const sent = items.map((item) => settle(server, [item]).catch(() => undefined));
    await Promise.race(sent);
    await running.kill();
    const answers = await Promise.all(sent);
    await running.start();
    const again = await settle(server, items);
    answers.forEach((answer, index) => {
      if (answer) expect(again[index]).toEqual(answer[0]);
    });
    expect(await balanceOf(server, ada)).toBe((before ?? 0n) - 12n);
    const check = await running.run('check-ledger');
    expect(check).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('keeps all its promises'),
    });
  });

  test('refuses settings that make no sense before it touches anything', async () => {
    await running.stop();
    await expect(running.start({ env: { SANDBOX: 'perhaps' } })).rejects.toThrow(
      'SANDBOX: expected true or false, but it is "perhaps".',
    );
    await running.start({ env: {} });
  });

  test('does not start where play money would come to look real', async () => {
    await running.stop();
    await expect(running.start({ env: { SANDBOX: 'false' } })).rejects.toThrow(
      'is play money, which SANDBOX=false would make look real.',
    );
    await running.start({ env: {} });
  });
});

describe('the operator', () => {
  const operator = (...args: string[]) => running.run('operator', args);

  test('gives money while the server runs, and an open page is told', async () => {
    const stream = await readEvents(running.origin + ROUTES.events.path, { cookie: ada.cookie });
    const before = (await balanceOf(server, ada)) ?? 0n;
    const given = await operator('fund', 'Ada', '25.00', 'EUR');
    expect(given).toMatchObject({ code: 0, stderr: '' });
    expect(given.stdout).toMatch(/^Transfer \d+: 25\.00 EUR to [0-9A-Z]{26}\.\n$/);
    for (;;) {
      const event = await stream.next();
      if (JSON.parse(event?.data ?? 'null').amountMinor === '2500') break;
    }
    stream.close();
    expect(await balanceOf(server, ada)).toBe(before + 2500n);
  });

  test('freezes and unfreezes', async () => {
    const id = ben.enrolment.account.profile.account;
    expect((await operator('freeze', id)).code).toBe(0);
    const item = await authorize(server, ada, ben);
    expect(await outcomeOf(server, item)).toBe('refused payee_frozen');
    expect((await operator('account', id)).stdout).toContain('FROZEN');
    expect((await operator('unfreeze', id)).code).toBe(0);
    expect(await outcomeOf(server, await authorize(server, ada, ben))).toBe('accepted');
    const shown = await operator('payment', idOf(item));
    expect(shown.stdout).toContain('refused: payee_frozen, The payee’s account is frozen');
    expect(shown.stdout).toContain('Ada');
  });

  test('revokes a passkey, which then neither pays nor stays signed in', async () => {
    const eve = await enrol(server, 'Eve');
    const shown = await operator('account', 'Eve');
    expect(shown.stdout).toContain(eve.enrolment.credentialId);
    expect((await operator('revoke', eve.enrolment.credentialId)).code).toBe(0);
    const item = await authorize(server, eve, ben);
    expect(await outcomeOf(server, item)).toBe('unsigned credential_revoked');
    const account = await server.inject({
      url: ROUTES.account.path,
      headers: { cookie: eve.cookie },
    });
    expect(account.statusCode).toBe(401);
  });

  test('works while the server does not run, too', async () => {
    await running.stop();
    const turned = await operator('rotate-key');
    expect(turned).toMatchObject({ code: 0, stdout: expect.stringContaining('2 are published') });
    const epoch = Number(/^Epoch (\d+):/.exec((await operator('new-epoch')).stdout)?.[1]);
    await running.start();
    const keys = await server.inject({ url: ROUTES.keys.path });
    expect(keys.json()).toMatchObject({ epoch, keys: [{ active: true }, { active: false }] });
    expect(await outcomeOf(server, await authorize(server, ada, ben))).toBe('accepted');
  });

  test.each([
    [['fund', 'Nobody', '1', 'EUR'], 'No account has the id or the name "Nobody".'],
    [['fund', 'Ada', '1.001', 'EUR'], 'The amount has more decimals than its currency'],
    [['fund', 'Ada', '0', 'EUR'], 'The amount is zero'],
    [['fund', 'Ada', '1', 'XXX'], '"XXX" is no currency; try EUR or 978.'],
    [['fund', 'Ada'], 'Usage: npm run operator -- fund ACCOUNT AMOUNT CURRENCY'],
    [['payment', 'x'], 'A payment id is 43 characters of base64url.'],
    [['payment', 'A'.repeat(43)], 'Nothing is known of this payment.'],
    [['revoke', 'AAAA'], 'No passkey in use has this id'],
    [['dance'], 'There is no command "dance".'],
  ])('is told what was wrong with %j', async (args, words) => {
    const result = await operator(...args);
    expect(result.code).toBe(2);
    expect(result.stderr).toContain(words);
    expect(result.stderr).not.toContain('    at ');
  });

  test('gets help, and the reference of all settings', async () => {
    expect((await operator('help')).stdout).toContain('rotate-key');
    const config = await running.run('config');
    expect(config).toMatchObject({ code: 0, stderr: '' });
    expect(config.stdout).toContain('DATABASE_URL');
  });
});
