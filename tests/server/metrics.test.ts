import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { ROUTES } from '#protocol/routes.ts';
import { METRICS } from '#server/metrics/metric-names.ts';
import { readEvents } from '../support/event-reader.ts';
import { freePort, startServer, type TestServer } from '../support/payment-server.ts';
import { connectToEach, type ProcessConnection, until } from '../support/server-processes.ts';
import {
  authorize,
  enrol,
  grantAllowance,
  outcomeOf,
  type ServerWallet,
  settle,
  upload,
} from '../support/server-wallet.ts';

const N = 2;

vi.setConfig({ testTimeout: 180_000 });

let running: TestServer;
let metricsPort: number;
let each: ProcessConnection[];
let ada: ServerWallet;
let ben: ServerWallet;

beforeAll(async () => {
  metricsPort = await freePort();
  running = await startServer({
    args: ['--processes', String(N)],
    env: { LOG_LEVEL: 'info', METRICS_PORT: String(metricsPort), CEREMONIES_PER_MINUTE: '10000' },
  });
  each = await connectToEach(running, N);
  [ada, ben] = [await enrol(each[0]!, 'Ada'), await enrol(each[1]!, 'Ben')];
});
afterAll(() => running?.dispose());

async function scrape(): Promise<string> {
  const answer = await fetch(`http://localhost:${metricsPort}/metrics`);
  expect(answer.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
  return answer.text();
}

type Filter = Readonly<Record<string, string>>;

/** The sum over all samples that have these labels. */
function sumOf(text: string, name: string, labels: Filter = {}): number {
  const wanted = Object.entries(labels).map(([label, value]) => `${label}="${value}"`);
  return text
    .split('\n')
    .filter((line) => line.startsWith(`${name}{`) || line.startsWith(`${name} `))
    .filter((line) => wanted.every((pair) => line.includes(pair)))
    .reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' '))), 0);
}

describe('metrics', () => {
  test('one scrape shows every metric of every process', async () => {
    const text = await scrape();
    for (const { name } of Object.values(METRICS)) {
      expect(text).toMatch(new RegExp(`^# HELP ${name} .`, 'm'));
      expect(text).toMatch(new RegExp(`^# TYPE ${name} (counter|gauge|histogram)$`, 'm'));
    }
    const headed = [...text.matchAll(/^# TYPE (\S+)/gm)].map(([, name]) => name);
    expect(headed.sort()).toEqual(
      Object.values(METRICS)
        .map(({ name }) => name)
        .sort(),
    );
    expect(sumOf(text, METRICS.processes.name)).toBe(N);
    for (const process of ['1', '2']) {
      expect(sumOf(text, METRICS.build.name, { process })).toBe(1);
      expect(sumOf(text, METRICS.memory.name, { process })).toBeGreaterThan(1e6);
    }
  });

  test('follow what is settled, known and refused, whichever process did it', async () => {
    const before = await scrape();
    const items = [];
    for (let i = 0; i < 5; i++) items.push(await authorize(each[0]!, ada, ben));
    await settle(each[0]!, items.slice(0, 3));
    await settle(each[1]!, items.slice(3));
    await settle(each[1]!, items);
    const poor = await authorize(each[0]!, ada, ben, { amountMinor: 10_000_000n });
    expect(await outcomeOf(each[0]!, poor)).toBe('refused insufficient_funds');
    const forged = await authorize(each[1]!, ada, ben, {}, { origin: 'https://elsewhere.example' });
    expect(await outcomeOf(each[1]!, forged)).toMatch(/^unsigned /);
    const after = await scrape();
    const grown = (name: string, labels: Filter = {}) =>
      sumOf(after, name, labels) - sumOf(before, name, labels);
    expect(grown(METRICS.settled.name, { verdict: 'accepted' })).toBe(5);
    expect(grown(METRICS.settled.name, { verdict: 'refused' })).toBe(1);
    expect(grown(METRICS.refused.name, { code: 'insufficient_funds', final: 'true' })).toBe(1);
    expect(grown(METRICS.refused.name, { final: 'false' })).toBe(1);
    expect(grown(METRICS.known.name)).toBe(5);
    expect(grown(`${METRICS.groupSize.name}_sum`)).toBe(6);
    expect(grown(`${METRICS.groupSize.name}_count`)).toBe(3);
    expect(grown(`${METRICS.commit.name}_count`)).toBe(3);
    expect(grown(`${METRICS.queueWait.name}_count`)).toBe(3);
    expect(grown(METRICS.verified.name)).toBeGreaterThanOrEqual(6);
    expect(grown(METRICS.requests.name, { route: ROUTES.payments.path, status: '200' })).toBe(5);
    expect(grown(`${METRICS.uploadTime.name}_count`)).toBe(5);
    expect(sumOf(after, METRICS.waiting.name)).toBe(0);
    expect(sumOf(after, METRICS.uploadsInFlight.name)).toBe(0);
  });

  test('name the code of an upload that was refused as a whole', async () => {
    const before = await scrape();
    expect((await upload(each[0]!, [])).statusCode).toBe(400);
    const labels = { route: ROUTES.payments.path, status: '400', code: 'bytes_malformed' };
    const name = METRICS.requests.name;
    expect(sumOf(await scrape(), name, labels)).toBe(sumOf(before, name, labels) + 1);
  });

  test('show what is set aside, read from the ledger now and then', async () => {
    await grantAllowance(each[0]!, ada, { amountMinor: 4000n });
    const text = await until('the hold in the metrics', async () => {
      const now = await scrape();
      return sumOf(now, METRICS.allowances.name, { currency: 'EUR' }) === 1 ? now : undefined;
    });
    expect(sumOf(text, METRICS.held.name, { currency: 'EUR' })).toBe(4000);
    expect(sumOf(text, METRICS.owed.name)).toBe(0);
    expect(sumOf(text, METRICS.databaseUp.name)).toBe(1);
  });

  test('show live streams, and that their watch keeps up', async () => {
    const url = `http://localhost:${running.port}${ROUTES.events.path}`;
    const stream = await readEvents(url, { cookie: ada.cookie }, each[0]!.agent);
    await stream.next();
    expect(sumOf(await scrape(), METRICS.streams.name)).toBe(1);
    // Less than has passed: it has looked since.
    const sinceMs = Date.now();
    await until('a look of the watch', async () => {
      const behindS = sumOf(await scrape(), METRICS.watchBehind.name);
      return behindS < (Date.now() - sinceMs) / 1000 ? true : undefined;
    });
    stream.close();
    await until('the end of the stream', async () =>
      sumOf(await scrape(), METRICS.streams.name) === 0 ? true : undefined,
    );
  });

  test('say that a worker was replaced', async () => {
    process.kill(each[0]!.pid, 'SIGKILL');
    await until('the replacement in the metrics', async () => {
      const text = await scrape();
      const isThere = sumOf(text, METRICS.replaced.name) === 1;
      return isThere && sumOf(text, METRICS.processes.name) === N ? true : undefined;
    });
  });

  test('name no person, no account and no payment', async () => {
    const text = await scrape();
    const { account } = ada.enrolment.account.profile;
    for (const secret of [account, 'Ada', 'Ben', ada.enrolment.credentialId]) {
      expect(text).not.toContain(secret);
    }
  });

  test('are on a port of their own, not where people go', async () => {
    for (const path of ['/metrics', '/api/metrics']) {
      const answer = await fetch(`http://localhost:${running.port}${path}`);
      expect(await answer.text()).not.toContain('counterfoil_');
    }
    const other = await fetch(`http://localhost:${metricsPort}/api/keys`);
    expect(other.status).toBe(404);
  });
});

test('a server of one process tells the same, and nobody without the setting', async () => {
  await running.stop();
  const env = { METRICS_PORT: String(metricsPort) };
  await running.start({ env, args: [] });
  const text = await scrape();
  const headed = [...text.matchAll(/^# TYPE (\S+)/gm)].map(([, name]) => name);
  expect(headed.sort()).toEqual(
    Object.values(METRICS)
      .map(({ name }) => name)
      .sort(),
  );
  expect(sumOf(text, METRICS.processes.name)).toBe(1);
  await running.stop();
  await running.start({ env: {}, args: [] });
  await expect(fetch(`http://localhost:${metricsPort}/metrics`)).rejects.toThrow();
});

test('a port for metrics that is taken is said in plain words', async () => {
  await running.stop();
  const env = { METRICS_PORT: String(running.proxy.origin.split(':').at(-1)) };
  await expect(running.start({ env })).rejects.toThrow(
    /METRICS_PORT: Port \d+ of localhost is taken/,
  );
});
