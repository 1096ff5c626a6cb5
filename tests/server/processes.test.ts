import { once } from 'node:events';
import http from 'node:http';
import { buffer } from 'node:stream/consumers';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { type Bytes, concatBytes } from '#protocol/bytes.ts';
import { decodePaymentsAnswer, PAYMENTS_MEDIA_TYPE } from '#protocol/payments-answer.ts';
import { ROUTES } from '#protocol/routes.ts';
import { readEvents } from '../support/event-reader.ts';
import { startServer, type TestServer } from '../support/payment-server.ts';
import {
  childrenOf,
  connectToEach,
  isAlive,
  type ProcessConnection,
  until,
} from '../support/server-processes.ts';
import {
  authorize,
  balanceOf,
  enrol,
  readIdentity,
  type ServerWallet,
  settle,
  trustReceipt,
} from '../support/server-wallet.ts';

const N = 3;
/** More than one request of it would be refused for its rate, and no test is about that. */
const env = { LOG_LEVEL: 'info', CEREMONIES_PER_MINUTE: '100000' };

// Several starts of several processes, on a machine that may have better to do.
vi.setConfig({ testTimeout: 180_000 });

let running: TestServer;
let each: ProcessConnection[];
let ada: ServerWallet;
let ben: ServerWallet;

beforeAll(async () => {
  running = await startServer({ args: ['--processes', String(N)], env });
  each = await connectToEach(running, N);
  // Challenge and passkey, session and payment may each meet another process.
  [ada, ben] = [await enrol(each[0]!, 'Ada'), await enrol(each[1]!, 'Ben')];
});
afterAll(() => running?.dispose());

const greetings = () => running.log().split('Counterfoil is at').length - 1;

async function expectCleanLedger(): Promise<void> {
  const check = await running.run('check-ledger');
  expect(check.stdout).toContain('keeps all its promises');
}

test('several processes greet once, and each of them answers', () => {
  expect(greetings()).toBe(1);
  expect(running.log()).toContain(`${N} processes share the work.`);
  expect(new Set(each.map(({ pid }) => pid)).size).toBe(N);
});

test('a session made by one process is known to all', async () => {
  for (const process of each) {
    const { cookie } = ada;
    const answer = await process.inject({ url: ROUTES.account.path, headers: { cookie } });
    expect(answer.statusCode).toBe(200);
  }
});

test('the same payment sent to all processes at once executes once and answers equally', async () => {
  const identity = await readIdentity(each[0]!);
  for (let round = 0; round < 10; round++) {
    const before = (await balanceOf(each[0]!, ben)) ?? 0n;
    const item = await authorize(each[0]!, ada, ben, { amountMinor: 3n });
    const answers = await Promise.all(each.map((process) => settle(process, [item])));
    const receipts = answers.map(([answer]) =>
      answer?.kind === 'receipt' ? answer.receipt : null,
    );
    expect(receipts[0]).toBeTruthy();
    for (const receipt of receipts) expect(receipt).toEqual(receipts[0]);
    expect(trustReceipt(identity, receipts[0]!).verdict).toBe('accepted');
    for (const process of each) expect(await balanceOf(process, ben)).toBe(before + 3n);
  }
  await expectCleanLedger();
});

test('whole uploads of the same payments, in another order at each process, settle once', async () => {
  const before = (await balanceOf(each[0]!, ben)) ?? 0n;
  const items: Bytes[] = [];
  for (let i = 0; i < 12; i++) items.push(await authorize(each[0]!, ada, ben, { amountMinor: 1n }));
  const orders = [items, items.toReversed(), [...items.slice(6), ...items.slice(0, 6)]];
  const answers = await Promise.all(each.map((process, i) => settle(process, orders[i]!)));
  const byItem = answers.map((answer, i) => items.map((item) => answer[orders[i]!.indexOf(item)]));
  expect(byItem[1]).toEqual(byItem[0]);
  expect(byItem[2]).toEqual(byItem[0]);
  expect(await balanceOf(each[2]!, ben)).toBe(before + 12n);
});

test('who listens at one process is told what the others settle: in order, each once, by cursor', async () => {
  const cleo = await enrol(each[0]!, 'Cleo');
  const url = `http://localhost:${running.port}${ROUTES.events.path}?after=1`;
  const listening = await connectToEach(running, N);
  const streams = await Promise.all(
    listening.map(({ agent }) => readEvents(url, { cookie: cleo.cookie }, agent)),
  );
  const items = [];
  for (let i = 0; i < 12; i++) {
    items.push(await authorize(each[0]!, ada, cleo, { amountMinor: BigInt(i + 1) }));
  }
  await Promise.all(items.map((item, i) => settle(each[i % N]!, [item])));
  for (const stream of streams) {
    const versions: number[] = [];
    const amounts = new Set<string>();
    while (versions.length < items.length) {
      const event = await stream.next();
      versions.push(Number(event?.id));
      amounts.add(JSON.parse(event?.data ?? '{}').amountMinor);
    }
    expect(versions).toEqual(items.map((_, i) => i + 2));
    expect(amounts.size).toBe(items.length);
  }
  // One that comes back to another process goes on behind the last that it has seen.
  const [elsewhere] = await connectToEach(running, N);
  const again = await readEvents(
    url,
    { cookie: cleo.cookie, 'last-event-id': '12' },
    elsewhere!.agent,
  );
  expect(Number((await again.next())?.id)).toBe(13);
  for (const stream of [...streams, again]) stream.close();
});

test('a worker that is killed is replaced, and the others go on meanwhile', async () => {
  const [victim, second, third] = each;
  const pending = await authorize(second!, ada, ben);
  process.kill(victim!.pid, 'SIGKILL');
  const [answer] = await settle(second!, [pending]);
  expect(answer?.kind).toBe('receipt');
  expect((await settle(third!, [pending]))[0]).toEqual(answer);
  const now = await connectToEach(running, N);
  const pids = now.map(({ pid }) => pid);
  expect(pids).not.toContain(victim!.pid);
  expect(pids).toEqual(expect.arrayContaining([second!.pid, third!.pid]));
  expect(greetings()).toBe(1);
  expect(running.log()).toContain('has ended (SIGKILL): starting another');
  for (const process of now) expect((await settle(process, [pending]))[0]).toEqual(answer);
  each = now;
});

test('a worker that is told to end drains, and is replaced as well', async () => {
  const [leaving, staying] = each;
  const items = await Promise.all(Array.from({ length: 6 }, () => authorize(staying!, ada, ben)));
  const body = concatBytes(...items);
  const request = http.request(`${running.origin}${ROUTES.payments.path}`, {
    agent: leaving!.agent,
    method: 'POST',
    headers: {
      'content-type': PAYMENTS_MEDIA_TYPE,
      'content-length': body.length,
      expect: '100-continue',
    },
  });
  const answered = once(request, 'response');
  request.flushHeaders();
  // It has begun there, and its body is still here.
  await once(request, 'continue');
  process.kill(leaving!.pid, 'SIGTERM');
  request.end(body);
  const [response] = await answered;
  expect(response.statusCode).toBe(200);
  const answers = decodePaymentsAnswer(new Uint8Array(await buffer(response)));
  expect(answers).toEqual({ ok: true, value: await settle(staying!, items) });
  await until('the end of the worker', () => !isAlive(leaving!.pid) || undefined);
  each = await connectToEach(running, N);
});

test('a stop that comes while a worker starts does not wait for it to serve', async () => {
  const before = childrenOf(running.pid);
  process.kill(each[0]!.pid, 'SIGKILL');
  await until(
    'the start of another worker',
    () => childrenOf(running.pid).some((pid) => !before.includes(pid)) || undefined,
  );
  expect(await running.stop()).toBe(0);
  const [, afterwards] = running.log().split('stopping on SIGTERM');
  expect(afterwards).not.toContain('Server listening');
  await running.start();
  each = await connectToEach(running, N);
});

test('when told to stop all processes let what has begun end, and nothing is lost', async () => {
  const items = await Promise.all(Array.from({ length: 12 }, () => authorize(each[0]!, ada, ben)));
  const stream = await readEvents(`http://localhost:${running.port}${ROUTES.events.path}`, {
    cookie: ben.cookie,
  });
  await stream.next();
  const sent = items.map((item, i) => settle(each[i % N]!, [item]).catch(() => undefined));
  await sent[0];
  expect(await running.stop()).toBe(0);
  await stream.ended;
  for (const { pid } of each) expect(isAlive(pid)).toBe(false);
  const answers = await Promise.all(sent);
  await running.start();
  each = await connectToEach(running, N);
  const again = await settle(each[0]!, items);
  answers.forEach((answer, i) => {
    if (answer) expect(again[i]).toEqual(answer[0]);
  });
  await expectCleanLedger();
});

test('when the first process is killed its workers do not linger, and a new server takes over', async () => {
  const items = await Promise.all(Array.from({ length: 6 }, () => authorize(each[0]!, ada, ben)));
  const sent = items.map((item, i) => settle(each[i % N]!, [item]).catch(() => undefined));
  await Promise.race(sent);
  await running.kill();
  const answers = await Promise.all(sent);
  for (const { pid } of each) {
    await until('the end of a worker', () => !isAlive(pid) || undefined);
  }
  await running.start();
  each = await connectToEach(running, N);
  const again = await settle(each[0]!, items);
  answers.forEach((answer, i) => {
    if (answer) expect(again[i]).toEqual(answer[0]);
  });
  await expectCleanLedger();
});

test('what is no number of processes is refused in plain words', async () => {
  for (const args of [['--processes', 'many'], ['--processes', '0'], ['--procesess', '2'], ['2']]) {
    const result = await running.run('main', args);
    expect(result.code).toBe(2);
    expect(result.stderr).toMatch(/PROCESSES: expected a whole number|Usage: npm run serve --/);
  }
});
