import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { checkLedger } from '#ledger/check-ledger.ts';
import { decodeAuthorization } from '#protocol/authorization.ts';
import { type Bytes, equalBytes } from '#protocol/bytes.ts';
import { encodeCbor } from '#protocol/cbor.ts';
import {
  decodePaymentsAnswer,
  decodeReceiptsAnswer,
  encodeReceiptsQuery,
} from '#protocol/payments-answer.ts';
import { ROUTES } from '#protocol/routes.ts';
import { readParties } from '#server/passkeys/relying-parties.ts';
import { createLedgerVerifiers } from '#server/payments/ledger-verifiers.ts';
import { createServerKeys, rotateKey } from '#server/payments/server-keys.ts';
import { systemClock } from '#server/ports.ts';
import { type RunningServer, startRunningServer } from '../../support/running-server.ts';
import {
  authorize,
  balanceOf,
  enrol,
  random,
  readIdentity,
  type ServerWallet,
  settle,
  trustReceipt,
  upload,
} from '../../support/server-wallet.ts';
import { startTestCluster, type TestCluster } from '../../support/test-database.ts';

let cluster: TestCluster;
let server: RunningServer;
let ada: ServerWallet;
let ben: ServerWallet;

beforeAll(async () => {
  cluster = await startTestCluster();
  server = await startRunningServer(cluster);
});
beforeEach(async () => {
  [ada, ben] = [await enrol(server, 'Ada'), await enrol(server, 'Ben')];
});
afterAll(async () => {
  // Read anew: one test rotates the key.
  const { keys } = await createServerKeys(server.database, systemClock).current();
  const parties = await readParties(server.database);
  const report = await checkLedger(server.database, createLedgerVerifiers(parties, keys));
  expect(report.findings).toEqual([]);
  await server.stop();
  await cluster.stop();
});

async function receiptsOf(items: readonly Bytes[], from = server): Promise<Bytes[]> {
  return (await settle(from, items)).map((answer) => {
    if (answer.kind !== 'receipt') throw new Error(answer.code);
    return answer.receipt;
  });
}

function idOf(item: Bytes): Bytes {
  const authorization = decodeAuthorization(item);
  if (!authorization.ok) throw new Error(authorization.refusal.code);
  return authorization.value.id;
}

const authorizeMany = async (count: number) => {
  const items: Bytes[] = [];
  for (let i = 0; i < count; i++) items.push(await authorize(server, ada, ben));
  return items;
};

describe('a repeated payment', () => {
  test('gets the same receipt, byte for byte, and moves nothing', async () => {
    const item = await authorize(server, ada, ben);
    const [first] = await receiptsOf([item]);
    const [second] = await receiptsOf([item]);
    expect(second).toEqual(first);
    expect(await balanceOf(server, ada)).toBe(99_900n);
  });

  test('gets the same receipt as in its batch, in whatever company it comes again', async () => {
    const items = await authorizeMany(5);
    const first = await receiptsOf(items);
    const again = await receiptsOf([items[3]!, await authorize(server, ada, ben), items[0]!]);
    expect([again[0], again[2]]).toEqual([first[3], first[0]]);
  });

  test('twice in one upload is one payment', async () => {
    const item = await authorize(server, ada, ben);
    const [first, second] = await receiptsOf([item, item]);
    expect(second).toEqual(first);
    expect(await balanceOf(server, ada)).toBe(99_900n);
  });

  test('sent twenty times at once, to two processes, is one payment', async () => {
    const other = await startRunningServer(cluster, { on: server });
    const item = await authorize(server, ada, ben);
    const receipts = await Promise.all(
      Array.from({ length: 20 }, (_, i) => receiptsOf([item], i % 2 === 0 ? server : other)),
    );
    for (const [receipt] of receipts) expect(receipt).toEqual(receipts[0]![0]);
    expect(await balanceOf(server, ada)).toBe(99_900n);
    await other.stop();
  });

  test('with the other of the two signatures that verify is the same payment', async () => {
    const item = await authorize(server, ada, ben);
    const [first] = await receiptsOf([item]);
    const mirrored = item.slice();
    const n = BigInt('0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551');
    const at = mirrored.length - 32;
    const s = BigInt(`0x${Buffer.from(mirrored.subarray(at)).toString('hex')}`);
    mirrored.set(Buffer.from((n - s).toString(16).padStart(64, '0'), 'hex'), at);
    expect(await receiptsOf([mirrored])).toEqual([first]);
    expect(await balanceOf(server, ada)).toBe(99_900n);
  });

  test('with a false signature learns nothing', async () => {
    const item = await authorize(server, ada, ben);
    await receiptsOf([item]);
    const spoilt = item.slice();
    spoilt[spoilt.length - 1]! ^= 1;
    expect(await settle(server, [spoilt])).toMatchObject([
      { kind: 'refusal', code: 'assertion_signature' },
    ]);
  });

  test('gets the same receipt after the key was rotated and long after it expired', async () => {
    const late = await startRunningServer(cluster, { on: server });
    const item = await authorize(server, ada, ben);
    const first = await receiptsOf([item]);
    await rotateKey(server.database);
    late.advance(400 * 24 * 3600 * 1000);
    expect(await receiptsOf([item], late)).toEqual(first);
    const identity = await readIdentity(late);
    expect(identity.keys.map((key) => key.active)).toEqual([true, false]);
    expect(trustReceipt(identity, first[0]!).verdict).toBe('accepted');
    const [fresh] = await receiptsOf([await authorize(server, ada, ben)], late);
    // Judged by a clock that is 400 days ahead; what matters is who signed it.
    expect(equalBytes(trustReceipt(identity, fresh!).keyId, identity.keys[0]!.keyId)).toBe(true);
    await late.stop();
  });
});

describe('a batch', () => {
  test('is signed once, and each receipt stands alone', async () => {
    const items = await authorizeMany(20);
    const response = await upload(server, items);
    const identity = await readIdentity(server);
    const answers = decodePaymentsAnswer(new Uint8Array(response.rawPayload));
    if (!answers.ok) throw new Error(answers.refusal.code);
    const signatures = new Set<string>();
    answers.value.forEach((answer, index) => {
      if (answer.kind !== 'receipt') throw new Error(answer.code);
      const receipt = trustReceipt(identity, answer.receipt);
      signatures.add(Buffer.from(receipt.signature).toString('hex'));
      expect(receipt.verdict).toBe('accepted');
      expect(equalBytes(receipt.paymentId, idOf(items[index]!))).toBe(true);
    });
    expect(signatures.size).toBe(1);
  });

  test.each([0, 1, 2, 3, 4])(
    'with a bad item at place %i settles all the others',
    async (place) => {
      const bad: readonly Bytes[] = [
        encodeCbor(['not an authorization']),
        encodeCbor(new Uint8Array(3000)),
        await authorize(server, ada, ben, {}, { origin: 'https://evil.example' }),
        await authorize(server, ada, ben, { server: random(5) }),
      ];
      for (const item of bad) {
        const items = await authorizeMany(4);
        items.splice(place, 0, item);
        const answers = await settle(server, items);
        expect(answers.map((answer) => answer.kind)).toEqual(
          items.map((_, index) => (index === place ? 'refusal' : 'receipt')),
        );
      }
      expect(await balanceOf(server, ada)).toBe(100_000n - 4n * 4n * 100n);
    },
  );

  test('that was cut off settles what came whole', async () => {
    const items = await authorizeMany(2);
    const answers = await settle(server, [items[0]!, items[1]!.slice(0, 100)]);
    expect(answers).toMatchObject([
      { kind: 'receipt' },
      { kind: 'refusal', code: 'bytes_malformed' },
    ]);
    expect(await settle(server, [items[1]!])).toMatchObject([{ kind: 'receipt' }]);
  });

  test('gives every payment the verdict that its place in the order earns', async () => {
    const amounts = [60_000n, 60_000n, 40_000n, 1n];
    const items: Bytes[] = [];
    for (const amountMinor of amounts)
      items.push(await authorize(server, ada, ben, { amountMinor }));
    const identity = await readIdentity(server);
    const verdicts = (await receiptsOf(items)).map((bytes) => {
      const { verdict, code } = trustReceipt(identity, bytes);
      return code ?? verdict;
    });
    expect(verdicts).toEqual(['accepted', 'insufficient_funds', 'accepted', 'insufficient_funds']);
  });

  test('does not learn of the payments of another upload that was settled with it', async () => {
    const others = await Promise.all(Array.from({ length: 8 }, () => authorizeMany(3)));
    const responses = await Promise.all(others.map((items) => upload(server, items)));
    responses.forEach((response, index) => {
      const own = others[index]!.map((item) => Buffer.from(idOf(item)));
      const foreign = others
        .filter((_, other) => other !== index)
        .flat()
        .map((item) => Buffer.from(idOf(item)));
      for (const id of own) expect(response.rawPayload.includes(id)).toBe(true);
      for (const id of foreign) expect(response.rawPayload.includes(id)).toBe(false);
    });
  });

  test('never overdraws, however many race for one balance', async () => {
    const items = await Promise.all(
      Array.from({ length: 40 }, () => authorize(server, ada, ben, { amountMinor: 9000n })),
    );
    const identity = await readIdentity(server);
    const receipts = await Promise.all(items.map((item) => receiptsOf([item])));
    const verdicts = receipts.map(([bytes]) => trustReceipt(identity, bytes!).verdict);
    expect(verdicts.filter((verdict) => verdict === 'accepted')).toHaveLength(11);
    expect(await balanceOf(server, ada)).toBe(1000n);
  });
});

describe('receipts by id', () => {
  const ask = (ids: readonly Bytes[]) =>
    server.app.inject({
      method: 'POST',
      url: ROUTES.receipts.path,
      headers: { 'content-type': 'application/cbor' },
      payload: Buffer.from(encodeReceiptsQuery(ids)),
    });

  test('are told to anybody who knows the id, and null means nothing is known', async () => {
    const items = await authorizeMany(2);
    const receipts = await receiptsOf(items);
    const response = await ask([idOf(items[1]!), random(32), idOf(items[0]!)]);
    expect(response.statusCode).toBe(200);
    expect(decodeReceiptsAnswer(new Uint8Array(response.rawPayload))).toEqual({
      ok: true,
      value: [receipts[1], null, receipts[0]],
    });
  });

  test('are asked for a hundred at a time', async () => {
    const ids = Array.from({ length: 101 }, () => random(32));
    expect((await ask(ids)).json()).toMatchObject({ status: 413, code: 'batch_too_large' });
    expect((await ask(ids.slice(1))).statusCode).toBe(200);
    expect((await ask([])).statusCode).toBe(200);
  });
});
