import { afterAll, beforeAll, expect, test } from 'vitest';
import { toBase32 } from '#protocol/base32.ts';
import { toBase64url } from '#protocol/bytes.ts';
import { encodeOrder } from '#protocol/order.ts';
import { COMMANDS } from '#server/operator-commands.ts';
import { type RunningServer, startRunningServer } from '../../support/running-server.ts';
import {
  askForAllowance,
  authorize,
  authorizeCovered,
  coveredOrder,
  enrol,
  grantAllowance,
  outcomeOf,
  releaseAllowance,
} from '../../support/server-wallet.ts';
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

async function operate(name: string, ...args: string[]): Promise<string> {
  const lines: string[] = [];
  const command = COMMANDS.find((each) => each.name === name);
  await command?.run({ database: server.database, args, say: (line) => lines.push(line) });
  return lines.join('\n');
}

test('the operator sees who promised twice, to whom and how much, and lifts the stop', async () => {
  expect(await operate('double-promises')).toBe(
    'Nobody has promised twice, or more than there was.',
  );
  const [mallory, ben, carl] = await Promise.all(
    ['Mallory', 'Ben', 'Carl'].map((name) => enrol(server, name)),
  );
  if (!mallory || !ben || !carl) throw new Error('three people');
  const granted = await grantAllowance(server, mallory, { amountMinor: 20_000n });
  const account = toBase32(mallory.account);
  expect(await operate('account', account)).toMatch(
    /1000\.00 EUR, 200\.00 EUR of it set aside\n(?:.*\n)*allowance \S+ {2}0\.00 EUR of 200\.00 EUR spent/,
  );
  const ids: string[] = [];
  for (const payee of [ben, carl]) {
    const order = await coveredOrder(server, mallory, payee.account, granted, {
      amountMinor: 1234n,
      seq: 1,
    });
    const item = mallory.authenticator.approve(encodeOrder(order));
    expect(await outcomeOf(server, item)).toBe('accepted');
    const { rows } = await server.database.query<{ id: Uint8Array }>(
      'SELECT id FROM payment WHERE payee = $1',
      [payee.account],
    );
    ids.push(toBase64url(rows[0]?.id ?? new Uint8Array()));
  }
  const told = await operate('double-promises');
  expect(told).toContain(`payer   ${account}  Mallory`);
  expect(told).toMatch(new RegExp(`first +${ids[0]} +accepted\n +12\\.34 EUR to \\S+ +Ben`));
  expect(told).toMatch(new RegExp(`second +${ids[1]} +accepted\n +12\\.34 EUR to \\S+ +Carl`));
  expect(await operate('account', account)).toContain('STOPPED');
  expect((await askForAllowance(server, mallory)).json().code).toBe('allowances_stopped');
  expect(await operate('allow', account)).toContain('may have allowances again');
  expect((await askForAllowance(server, mallory)).statusCode).toBe(201);
  await expect(operate('allow', account)).rejects.toThrow('is not stopped');
});

test('the operator sees who promised what was there no more', async () => {
  const [nell, ben] = [await enrol(server, 'Nell'), await enrol(server, 'Ben')];
  const granted = await grantAllowance(server, nell, { amountMinor: 20_000n });
  await releaseAllowance(server, nell);
  const spent = await authorize(server, nell, ben, { amountMinor: 99_000n });
  expect(await outcomeOf(server, spent)).toBe('accepted');
  const covered = await authorizeCovered(server, nell, ben, granted, { amountMinor: 1234n });
  expect(await outcomeOf(server, covered)).toBe('accepted');
  const told = await operate('double-promises');
  expect(told).toMatch(
    new RegExp(
      `device 1 promised what was neither set aside nor in the account any more\n +payer +${toBase32(nell.account)}`,
    ),
  );
  expect(told).toMatch(/order +\S+ +accepted\n +12\.34 EUR to \S+ +Ben/);
});
