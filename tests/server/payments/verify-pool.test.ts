import { generateKeyPairSync, randomBytes, sign } from 'node:crypto';
import { readdirSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { getPriority, tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { SignatureCheck } from '#server/payments/ports.ts';
import { createVerifyPool, type VerifyPool } from '#server/payments/verify-pool.ts';
import { Unavailable } from '#server/ports.ts';
import { builtWallet } from '../../support/built-wallet.ts';

const KEYS = Array.from({ length: 7 }, () => {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return {
    privateKey,
    spki: new Uint8Array(publicKey.export({ type: 'spki', format: 'der' })),
  };
});

let thread: string;
let folder: string;
let pool: VerifyPool | undefined;

beforeAll(async () => {
  thread = path.join(await builtWallet(), 'server', 'verify-thread.js');
  folder = await mkdtemp(path.join(tmpdir(), 'cf-threads-'));
});
afterEach(() => pool?.stop());
afterAll(() => rm(folder, { recursive: true, force: true }));

function open(file: string, threads: number): VerifyPool {
  pool = createVerifyPool(file, threads);
  return pool;
}

/** The check of this number, and whether it should verify: every third has one bit wrong. */
function checkOf(number: number): { check: SignatureCheck; isValid: boolean } {
  const { privateKey, spki } = KEYS[number % KEYS.length]!;
  const signed = new Uint8Array(randomBytes(69));
  const key = { key: privateKey, dsaEncoding: 'ieee-p1363' } as const;
  const signature = new Uint8Array(sign('sha256', signed, key));
  const isValid = number % 3 !== 0;
  if (!isValid) signature[40]! ^= 1;
  return { check: { spki, signed, signature }, isValid };
}

test.each([1, 2, 3])(
  'each check gets its own answer, with %i threads and many callers',
  async (n) => {
    const { verify } = open(thread, n);
    const calls = Array.from({ length: 12 }, (_, call) =>
      Array.from({ length: call * 17 }, (__, index) => checkOf(call + index)),
    );
    const answers = await Promise.all(calls.map((of) => verify(of.map(({ check }) => check))));
    expect(answers).toEqual(calls.map((of) => of.map(({ isValid }) => isValid)));
  },
);

test('checks of one key alone are shared among the threads', async () => {
  const { verify } = open(thread, 2);
  const checks = Array.from({ length: 400 }, (_, index) => checkOf(index * KEYS.length));
  const answers = await verify(checks.map(({ check }) => check));
  expect(answers).toEqual(checks.map(({ isValid }) => isValid));
});

test('a thread that ends leaves its checks unanswered, not refused, and the next ones are answered', async () => {
  const flag = path.join(folder, 'ended-once');
  const file = path.join(folder, 'thread.mjs');
  writeFileSync(
    file,
    `import { existsSync, writeFileSync } from 'node:fs';
    import { parentPort } from 'node:worker_threads';
    if (existsSync(${JSON.stringify(flag)})) await import(${JSON.stringify(thread)});
    else parentPort.on('message', () => { writeFileSync(${JSON.stringify(flag)}, ''); process.exit(1); });`,
  );
  const { verify } = open(file, 1);
  const { check, isValid } = checkOf(1);
  await expect(verify([check])).rejects.toThrow(Unavailable);
  expect(await verify([check])).toEqual([isValid]);
});

/** Of each thread of this process that there is now. */
const threadIds = () => readdirSync('/proc/self/task').map(Number);

test.runIf(process.platform === 'linux')(
  'the threads that verify stand behind all others, and those stay as they were',
  async () => {
    const before = new Map(threadIds().map((id) => [id, getPriority(id)]));
    const { verify } = open(thread, 2);
    await verify(Array.from({ length: 400 }, (_, index) => checkOf(index).check));
    const behind = threadIds().filter((id) => !before.has(id) && getPriority(id) === 5);
    expect(behind).toHaveLength(2);
    for (const [id, priority] of before) expect(getPriority(id)).toBe(priority);
  },
);
