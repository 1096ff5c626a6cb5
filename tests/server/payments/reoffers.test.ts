// K9: the server is restored from a backup that is older than what it has told people. Phones bring back
// what they hold, in any order, and the ledger comes to say again what it said before.
import fc from 'fast-check';
import type pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { setFrozen } from '#ledger/accounts.ts';
import { type Bytes, toBase64url } from '#protocol/bytes.ts';
import { requestDigest } from '#protocol/order.ts';
import type { PaymentAnswer } from '#protocol/payments-answer.ts';
import { decodeReceipt, type Receipt } from '#protocol/receipt.ts';
import type { Reoffer } from '#protocol/reoffer.ts';
import { rotateKey } from '#server/payments/server-keys.ts';
import { endClean, restoredServer } from '../../support/restored-server.ts';
import {
  type RunningOptions,
  type RunningServer,
  startRunningServer,
} from '../../support/running-server.ts';
import {
  authorize,
  authorizeCovered,
  balanceOf,
  enrol,
  grantAllowance,
  outcomeOf,
  readIdentity,
  reoffer,
  type ServerWallet,
  settle,
  trustReceipt,
} from '../../support/server-wallet.ts';
import { startTestCluster, type TestCluster } from '../../support/test-database.ts';

const NAMES = ['Ada', 'Ben', 'Cem', 'Dee', 'Eve', 'Fay', 'Gus'] as const;
type People = Record<(typeof NAMES)[number], ServerWallet>;
const ONCE = { once: true, requestDigest: requestDigest('one sale') };

/** So that somebody may set aside all that they have. */
const env = { ALLOWANCE_TOTAL_MAX: '1000', ALLOWANCE_CAP: '1000' };

let cluster: TestCluster;
let people: People;
/** The database as it was backed up. */
let backup: pg.PoolConfig;
/** All that anybody was told after that. */
let lost: readonly Reoffer[];
/** What everybody had before the restore. */
let balances: readonly (bigint | undefined)[];

beforeAll(async () => {
  cluster = await startTestCluster();
  const first = await start();
  const wallets: ServerWallet[] = [];
  for (const name of NAMES) wallets.push(await enrol(first, name));
  people = Object.fromEntries(NAMES.map((name, at) => [name, wallets[at]])) as People;
  const { Ada, Ben, Cem, Dee, Eve, Fay, Gus } = people;
  await setFrozen(first.database, Eve.account, true);
  const kept = await grantAllowance(first, Fay, { amountMinor: 9_000n });
  await grantAllowance(first, Gus, { amountMinor: 60_000n });
  await first.stop();
  await first.database.close();
  const copy = await cluster.copy(first.connection);
  await copy.database.close();
  backup = copy.connection;

  const server = await start({ on: await cluster.copy(first.connection) });
  await setFrozen(server.database, Eve.account, false);
  const late = { authorizedAtS: Math.floor(server.nowMs() / 1000) - 90, validUntilS: 1 };
  late.validUntilS = late.authorizedAtS + 1;
  const whole = await grantAllowance(server, Gus, { amountMinor: 100_000n });
  const history = [
    // Each needs what the one before has brought.
    await authorize(server, Ada, Ben, { amountMinor: 90_000n }),
    await authorize(server, Ben, Cem, { amountMinor: 150_000n }),
    await authorize(server, Cem, Dee, { amountMinor: 240_000n }),
    await authorize(server, Ada, Ben, { amountMinor: 20_000n }),
    await authorize(server, Dee, Ben, { amountMinor: 10n, ...ONCE }),
    await authorize(server, Cem, Ben, { amountMinor: 10n, ...ONCE }),
    await authorize(server, Dee, Ada, late),
    await authorize(server, Eve, Dee, { amountMinor: 500n }),
    await authorizeCovered(server, Fay, Dee, kept, { amountMinor: 5_000n }),
    await authorizeCovered(server, Fay, Ben, kept, { amountMinor: 4_000n }),
    await authorizeCovered(server, Gus, Ben, whole, { amountMinor: 80_000n }),
  ];
  lost = await bring(server, history);
  balances = await balancesAt(server);
  await server.stop();
  await server.database.close();
});

afterAll(async () => {
  await cluster?.stop();
});

const start = (options: RunningOptions = {}) => startRunningServer(cluster, { env, ...options });

async function bring(server: RunningServer, items: readonly Bytes[]): Promise<Reoffer[]> {
  const pairs: Reoffer[] = [];
  for (const authorization of items) {
    const [answer] = await settle(server, [authorization]);
    if (answer?.kind !== 'receipt') throw new Error(answer?.code);
    pairs.push({ authorization, receipt: answer.receipt });
  }
  return pairs;
}

const balancesAt = (server: RunningServer) =>
  Promise.all(NAMES.map((name) => balanceOf(server, people[name])));

const restore = () => restoredServer(cluster, backup, env);

function read(bytes: Bytes): Receipt {
  const receipt = decodeReceipt(bytes);
  if (!receipt.ok) throw new Error(receipt.refusal.code);
  return receipt.value;
}

const says = (bytes: Bytes) => {
  const { verdict, code } = read(bytes);
  return code ?? verdict;
};

const told = (answer: PaymentAnswer | undefined) =>
  answer?.kind === 'receipt' ? says(answer.receipt) : `unsigned ${answer?.code}`;

/** Again and again, as phones do, until everything has its receipt; answers those. */
async function bringBack(server: RunningServer, batches: readonly (readonly Reoffer[])[]) {
  const receipts = new Map<string, Bytes>();
  const pending = () =>
    batches
      .map((batch) => batch.filter((pair) => !receipts.has(toBase64url(pair.authorization))))
      .filter((batch) => batch.length > 0);
  for (let round = 0; pending().length > 0; round++) {
    if (round > lost.length) throw new Error('it does not come right');
    for (const batch of pending()) {
      const answers = await reoffer(server, batch);
      for (const [place, answer] of answers.entries()) {
        const pair = batch[place];
        if (answer.kind === 'receipt' && pair) {
          receipts.set(toBase64url(pair.authorization), answer.receipt);
        }
      }
    }
  }
  return receipts;
}

test('what was told before the restore is of every kind', () => {
  expect(lost.map(({ receipt }) => says(receipt))).toEqual([
    'accepted',
    'accepted',
    'accepted',
    'insufficient_funds',
    'accepted',
    'request_already_paid',
    'payment_expired',
    'accepted',
    'accepted',
    'accepted',
    'accepted',
  ]);
});

test('in whatever order phones come, the ledger says again what it said', async () => {
  const orders = fc.record({
    order: fc.shuffledSubarray([...lost.keys()], { minLength: lost.length }),
    batchMax: fc.integer({ min: 1, max: 5 }),
  });
  await fc.assert(
    fc.asyncProperty(orders, async ({ order, batchMax }) => {
      const server = await restore();
      const pairs = order.map((at) => lost[at] as Reoffer);
      const batches = pairs
        .map((_, at) => pairs.slice(at, at + batchMax))
        .filter((_, at) => at % batchMax === 0);
      const receipts = await bringBack(server, batches);
      const identity = await readIdentity(server);
      for (const { authorization, receipt } of lost) {
        const again = receipts.get(toBase64url(authorization));
        if (!again) throw new Error('no receipt');
        expect(says(again)).toBe(says(receipt));
        expect(trustReceipt(identity, again).epoch).toBe(identity.epoch);
      }
      expect(await balancesAt(server)).toEqual(balances);
      await endClean(server);
    }),
    { numRuns: 8 },
  );
}, 120_000);

describe('after a restore', () => {
  test('a payment that is brought twice, by both its phones at once, is one payment', async () => {
    const server = await restore();
    const [pair] = lost as [Reoffer];
    const answers = await Promise.all(
      Array.from({ length: 6 }, () => reoffer(server, [pair, pair])),
    );
    const [first] = answers[0] ?? [];
    expect(told(first)).toBe('accepted');
    for (const each of answers.flat()) expect(each).toEqual(first);
    expect(await reoffer(server, [pair])).toEqual([first]);
    expect(await balanceOf(server, people.Ada)).toBe(10_000n);
    await endClean(server);
  });

  test('brought with and without its receipt in one moment, it has the verdict that it had', async () => {
    const server = await restore();
    const refused = lost.find(({ receipt }) => says(receipt) === 'insufficient_funds') as Reoffer;
    const answers = await Promise.all([
      settle(server, [(lost[0] as Reoffer).authorization]),
      settle(server, [refused.authorization]),
      reoffer(server, [refused]),
    ]);
    // The plain one is told whatever stands by then: no verdict, or the one that was brought.
    const [, plain, brought] = answers.flat().map(told);
    expect(['unsigned restored_lately', 'insufficient_funds']).toContain(plain);
    expect(brought).toBe('insufficient_funds');
    await endClean(server);
  });

  test('what was refused is not settled by sending it anew, once its phone has been there', async () => {
    const server = await restore();
    const refused = lost[3] as Reoffer;
    expect((await reoffer(server, [refused])).map(told)).toEqual(['insufficient_funds']);
    expect(await outcomeOf(server, refused.authorization)).toBe('refused insufficient_funds');
    expect(await balanceOf(server, people.Ada)).toBe(100_000n);
    await endClean(server);
  });

  test('what was settled anew meanwhile stands, whatever is brought then', async () => {
    const server = await restore();
    const refused = lost[3] as Reoffer;
    expect(await outcomeOf(server, refused.authorization)).toBe('accepted');
    expect((await reoffer(server, [refused])).map(told)).toEqual(['accepted']);
    await endClean(server);
  });

  test('without the money it waits for, nothing is stored and nobody is accused', async () => {
    const server = await restore();
    const [, second] = lost as [Reoffer, Reoffer];
    const gus = lost.at(-1) as Reoffer;
    expect((await reoffer(server, [second])).map(told)).toEqual(['unsigned funds_short']);
    expect((await reoffer(server, [gus, gus])).map(told)).toEqual(['accepted', 'accepted']);
    const { rows } = await server.database.query(
      'SELECT 1 FROM double_promise UNION ALL SELECT 1 FROM advance',
    );
    expect(rows).toEqual([]);
    await endClean(server);
  });

  test('a request may be paid a second time between two epochs, and both payers keep their receipts', async () => {
    const server = await restore();
    const first = lost[4] as Reoffer;
    const { Ada, Ben, Cem } = people;
    const other = await authorize(server, Ada, Ben, { amountMinor: 10n, ...ONCE });
    expect(await outcomeOf(server, other)).toBe('accepted');
    expect((await reoffer(server, [first])).map(told)).toEqual(['accepted']);
    server.advance(10 * 60_000);
    const third = await authorize(server, Cem, Ben, { amountMinor: 10n, ...ONCE });
    expect(await outcomeOf(server, third)).toBe('refused request_already_paid');
    await endClean(server);
  });

  test('a passkey that is revoked by now does not take back what it approved', async () => {
    const server = await restore();
    await server.database.query('UPDATE credential SET revoked_at = now() WHERE account = $1', [
      people.Ada.account,
    ]);
    const [first, , , refused] = lost as Reoffer[];
    expect((await reoffer(server, [first as Reoffer, refused as Reoffer])).map(told)).toEqual([
      'accepted',
      'insufficient_funds',
    ]);
    await endClean(server);
  });

  test('a payer of whom the backup knows nothing is told so, and keeps the receipt', async () => {
    const young = await start({ on: await cluster.copy(backup) });
    const Zoe = await enrol(young, 'Zoe');
    const [pair] = await bring(young, [await authorize(young, Zoe, people.Ada)]);
    await young.stop();
    const server = await restore();
    expect((await reoffer(server, [pair as Reoffer])).map(told)).toEqual([
      'unsigned payer_unknown',
    ]);
    await endClean(server);
  });

  test('what the server still knows is answered from its store, whatever is brought with it', async () => {
    const server = await restore();
    const { Ada, Ben } = people;
    const [pair] = await bring(server, [await authorize(server, Ada, Ben)]);
    const { authorization, receipt } = pair as Reoffer;
    const answers = await reoffer(server, [{ authorization, receipt: new Uint8Array(3) }]);
    expect(answers).toEqual([{ kind: 'receipt', receipt }]);
    await endClean(server);
  });
});

describe('a receipt that proves nothing settles nothing', () => {
  const spoil = (bytes: Bytes, at: number) => {
    const copy = bytes.slice();
    copy[copy.length + at] = (copy.at(at) ?? 0) ^ 1;
    return copy;
  };

  test('one that was altered, one of another payment, and no receipt at all', async () => {
    const server = await restore();
    const [first, second] = lost as [Reoffer, Reoffer];
    const { authorization } = first;
    const answers = await reoffer(server, [
      { authorization, receipt: spoil(first.receipt, -1) },
      { authorization, receipt: second.receipt },
      { authorization, receipt: new Uint8Array(0) },
      { authorization: new Uint8Array(0), receipt: first.receipt },
      { authorization: spoil(authorization, -1), receipt: first.receipt },
      second,
    ]);
    expect(answers.map(told)).toEqual([
      'unsigned receipt_altered',
      'unsigned receipt_other_payment',
      'unsigned bytes_malformed',
      'unsigned bytes_malformed',
      'unsigned assertion_signature',
      'unsigned funds_short',
    ]);
    expect(await balanceOf(server, people.Ada)).toBe(100_000n);
    await endClean(server);
  });

  test('one whose key was made after the backup: nobody can say who signed it', async () => {
    const young = await start({ on: await cluster.copy(backup) });
    await rotateKey(young.database);
    young.advance(5_000);
    const [pair] = await bring(young, [await authorize(young, people.Ada, people.Ben)]);
    await young.stop();
    const server = await restore();
    expect((await reoffer(server, [pair as Reoffer])).map(told)).toEqual([
      'unsigned receipt_not_this_server',
    ]);
    await endClean(server);
  });

  test('one of this very epoch, which cannot have been forgotten', async () => {
    const server = await start({ on: await cluster.copy(backup) });
    expect((await reoffer(server, [lost[0] as Reoffer])).map(told)).toEqual([
      'unsigned receipt_not_this_server',
    ]);
    await endClean(server);
  });
});
