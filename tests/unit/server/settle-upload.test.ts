import {
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  randomBytes,
  sign,
  verify,
} from 'node:crypto';
import { beforeEach, describe, expect, test } from 'vitest';
import { MAX_AMOUNT_MINOR } from '#protocol/amount.ts';
import { credentialHint } from '#protocol/authorization.ts';
import { type Bytes, equalBytes } from '#protocol/bytes.ts';
import { encodeOrder, type Order } from '#protocol/order.ts';
import { decodePaymentsAnswer, type PaymentAnswer } from '#protocol/payments-answer.ts';
import { decodeReceipt } from '#protocol/receipt.ts';
import type { PaymentsLedger, VerifiedPayment } from '#server/payments/ports.ts';
import {
  createSettleUpload,
  encodeUploadResult,
  type SettlementParts,
  type SettleUpload,
} from '#server/payments/settle-upload.ts';
import { Unavailable } from '#server/ports.ts';
import { createMemoryPayments, type MemoryPayments } from '../../support/memory-payments.ts';
import {
  type Authenticator,
  type Bend,
  createAuthenticator,
} from '../../support/software-authenticator.ts';

const EUR = 978;
const NOW_S = 1_800_000_000;
const party = { rpId: 'localhost', origins: ['http://localhost:8080'] };
const random = (length: number): Bytes => new Uint8Array(randomBytes(length));
const server = random(5);
const keys = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const p1363 = { dsaEncoding: 'ieee-p1363' } as const;

const signer = async () => ({
  server,
  epoch: 1,
  keyId: new Uint8Array(8),
  sign: (bytes: Bytes) => new Uint8Array(sign('sha256', bytes, { key: keys.privateKey, ...p1363 })),
});

type Person = { readonly account: Bytes; readonly authenticator: Authenticator; seq: number };

let memory: MemoryPayments;
let payer: Person;
let payee: Person;
let verified: number;
let faults: unknown[];
let announced: VerifiedPayment[];

function join(): Person {
  const account = random(16);
  const authenticator = createAuthenticator({ rpId: 'localhost', origin: 'http://localhost:8080' });
  const { credentialId, privateKey } = authenticator;
  const publicKey = createPublicKey(privateKey);
  const spki = new Uint8Array(publicKey.export({ type: 'spki', format: 'der' }));
  memory.openAccount(account, [{ currency: EUR, balance: 1000n }]);
  const credential = { id: credentialId, spki, revoked: false };
  memory.addCredential(account, credential, credentialHint(credentialId));
  memory.addDevice(account, 1);
  return { account, authenticator, seq: 0 };
}

beforeEach(() => {
  memory = createMemoryPayments({
    nowS: () => NOW_S,
    rules: {
      validForMaxS: 30 * 24 * 3600,
      amountMaxMinor: MAX_AMOUNT_MINOR,
      isCurrencyKnown: (currency) => currency === EUR,
      guaranteeMaxMinor: () => 0n,
    },
  });
  [payer, payee] = [join(), join()];
  verified = 0;
  faults = [];
  announced = [];
});

function createSettle(ledger: PaymentsLedger = memory, change: Partial<SettlementParts> = {}) {
  return createSettleUpload({
    ledger,
    party,
    signer,
    verify: async (checks) =>
      checks.map(({ spki, signed, signature }) => {
        verified++;
        const key = { key: Buffer.from(spki), format: 'der', type: 'spki', ...p1363 } as const;
        return verify('sha256', signed, key, signature);
      }),
    onFault: (cause) => faults.push(cause),
    onSettled: (payments) => announced.push(...payments),
    ...change,
  });
}

function authorize(change: Partial<Order> = {}, bend: Bend = {}): Bytes {
  payer.seq++;
  const order: Order = {
    server,
    payer: payer.account,
    payee: payee.account,
    amountMinor: 10n,
    currency: EUR,
    requestDigest: random(8),
    once: false,
    nonce: random(16),
    device: 1,
    seq: payer.seq,
    authorizedAtS: NOW_S - 5,
    validUntilS: NOW_S + 3600,
    ...change,
  };
  return payer.authenticator.approve(encodeOrder(order), bend);
}

async function answersOf(settle: SettleUpload, items: readonly Bytes[]): Promise<PaymentAnswer[]> {
  const answers = decodePaymentsAnswer(encodeUploadResult(await settle(items)));
  if (!answers.ok) throw new Error(answers.refusal.detail);
  return answers.value;
}

const told = (answer: PaymentAnswer | undefined) =>
  answer?.kind === 'receipt' ? 'receipt' : (answer?.code ?? 'nothing');

/** A ledger that breaks, in a way that is a bug, over payments of this amount. */
function breakOver(amountMinor: bigint): PaymentsLedger {
  return {
    find: (questions) => memory.find(questions),
    findPayers: (questions) => memory.findPayers(questions),
    settle: (payments, epoch, signReceipts) => {
      if (payments.some(({ order }) => order.amountMinor === amountMinor)) {
        throw new Error('a bug');
      }
      return memory.settle(payments, epoch, signReceipts);
    },
  };
}

describe('an upload', () => {
  test('moves money once and signs every verdict of it once', async () => {
    const settle = createSettle();
    const items = [authorize(), authorize({ amountMinor: 5000n }), authorize()];
    const answers = await answersOf(settle, items);
    expect(answers.map(told)).toEqual(['receipt', 'receipt', 'receipt']);
    const receipts = answers.map((answer) => {
      const receipt = decodeReceipt(answer.kind === 'receipt' ? answer.receipt : new Uint8Array());
      if (!receipt.ok) throw new Error(receipt.refusal.code);
      const key = { key: keys.publicKey, ...p1363 };
      expect(verify('sha256', receipt.value.signed, key, receipt.value.signature)).toBe(true);
      return receipt.value;
    });
    expect(receipts.map((receipt) => receipt.code ?? receipt.verdict)).toEqual([
      'accepted',
      'insufficient_funds',
      'accepted',
    ]);
    expect(equalBytes(receipts[0]!.signature, receipts[2]!.signature)).toBe(true);
    expect(memory.balanceOf(payer.account, EUR)).toBe(980n);
  });

  test('that is known costs no verification and wakes nobody', async () => {
    const settle = createSettle();
    const items = [authorize(), authorize()];
    const first = await answersOf(settle, items);
    const [verifications, wakes] = [verified, announced.length];
    expect(await answersOf(settle, items)).toEqual(first);
    expect([verified, announced.length]).toEqual([verifications, wakes]);
    expect([verifications, wakes]).toEqual([2, 2]);
  });

  test('with nothing readable in it never reaches the ledger', async () => {
    const untouchable = () => {
      throw new Error('asked the ledger');
    };
    const settle = createSettle({
      find: untouchable,
      findPayers: untouchable,
      settle: untouchable,
    });
    const items = [Uint8Array.of(0), authorize({ server: random(5) }), Uint8Array.of(0x80)];
    expect((await answersOf(settle, items)).map(told)).toEqual([
      'bytes_malformed',
      'wrong_server',
      'bytes_malformed',
    ]);
  });

  test.each([0, 1, 2, 3])(
    'with a forged signature at place %i refuses that one alone',
    async (at) => {
      const settle = createSettle();
      const items = Array.from({ length: 4 }, () => authorize());
      const forged = items.with(at, items[at]!.with(-1, (items[at]!.at(-1) ?? 0) ^ 1));
      const answers = await answersOf(settle, forged);
      expect(answers.map(told)).toEqual(
        items.map((_, place) => (place === at ? 'assertion_signature' : 'receipt')),
      );
      expect(memory.balanceOf(payer.account, EUR)).toBe(1000n - 30n);
    },
  );

  test('is settled when the second of two passkeys with one hint has signed', async () => {
    const { authenticator } = join();
    const hint = credentialHint(authenticator.credentialId);
    const spkiOf = (key: KeyObject) =>
      new Uint8Array(createPublicKey(key).export({ type: 'spki', format: 'der' }));
    const other = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
    for (const key of [other, authenticator.privateKey]) {
      const credential = { id: random(32), spki: spkiOf(key), revoked: false };
      memory.addCredential(payer.account, credential, hint);
    }
    payer = { ...payer, authenticator };
    const items = [authorize(), authorize()];
    const forged = items[1]!.with(-1, (items[1]!.at(-1) ?? 0) ^ 1);
    const answers = await answersOf(createSettle(), [items[0]!, forged]);
    expect(answers.map(told)).toEqual(['receipt', 'assertion_signature']);
    expect(verified).toBe(4);
  });

  test('whose payer’s passkey was never asked costs no curve arithmetic', async () => {
    const settle = createSettle();
    const bent = authorize({}, { origin: 'https://evil.example' });
    expect((await answersOf(settle, [bent])).map(told)).toEqual(['assertion_origin']);
    expect(verified).toBe(0);
  });

  test('that the ledger cannot answer is unanswered, whole, and nothing is refused', async () => {
    const away: PaymentsLedger = {
      find: (questions) => memory.find(questions),
      findPayers: (questions) => memory.findPayers(questions),
      settle: async (payments) =>
        payments.map(() => ({ kind: 'refusal', refusal: { code: 'unavailable' } })),
    };
    const items = [authorize(), Uint8Array.of(0)];
    await expect(createSettle(away)(items)).rejects.toThrow(Unavailable);
    expect(announced).toEqual([]);
    expect((await answersOf(createSettle(), items)).map(told)).toEqual([
      'receipt',
      'bytes_malformed',
    ]);
  });
});

describe('a payer over its limit', () => {
  const over = (waits: ReadonlyMap<Bytes, number>) => ({
    accountLimit: { waitMs: (account: Bytes) => find(waits, account) },
  });
  const find = (waits: ReadonlyMap<Bytes, number>, account: Bytes) =>
    [...waits].find(([payer]) => equalBytes(payer, account))?.[1] ?? 0;

  test('is asked to come back before any signature is looked at, and others are settled', async () => {
    const hasty = payer;
    const late = authorize();
    payer = join();
    const settle = createSettle(memory, over(new Map([[hasty.account, 1500]])));
    const items = [late, authorize(), authorize()];
    expect((await answersOf(settle, items)).map(told)).toEqual([
      'too_many_requests',
      'receipt',
      'receipt',
    ]);
    expect(verified).toBe(2);
    expect(await settle(items)).not.toHaveProperty('waitMs');
    expect((await answersOf(createSettle(), [late])).map(told)).toEqual(['receipt']);
  });

  test('that fills the upload is told the shortest wait', async () => {
    const items = [authorize()];
    const first = payer.account;
    payer = join();
    items.push(authorize());
    const waits = new Map([
      [first, 1500],
      [payer.account, 900],
    ]);
    expect(await createSettle(memory, over(waits))(items)).toMatchObject({ waitMs: 900 });
    expect(verified).toBe(0);
  });

  test('still gets the receipts that it has', async () => {
    const item = authorize();
    await createSettle()([item]);
    const settle = createSettle(memory, over(new Map([[payer.account, 1500]])));
    expect((await answersOf(settle, [item])).map(told)).toEqual(['receipt']);
  });
});

describe('a payment that breaks the ledger', () => {
  test('gets no verdict, and its neighbours get theirs', async () => {
    const settle = createSettle(breakOver(13n));
    const items = [authorize(), authorize({ amountMinor: 13n }), authorize()];
    expect((await answersOf(settle, items)).map(told)).toEqual(['receipt', 'internal', 'receipt']);
    expect(faults.length).toBeGreaterThan(0);
    expect((await answersOf(createSettle(), items)).map(told)).toEqual([
      'receipt',
      'receipt',
      'receipt',
    ]);
  });

  test('does not reach the uploads that were settled with it', async () => {
    const settle = createSettle(breakOver(13n));
    const uploads = [[authorize()], [authorize({ amountMinor: 13n })], [authorize(), authorize()]];
    const answers = await Promise.all(uploads.map((items) => answersOf(settle, items)));
    expect(answers.map((items) => items.map(told))).toEqual([
      ['receipt'],
      ['internal'],
      ['receipt', 'receipt'],
    ]);
  });
});

describe('uploads that come while the ledger is busy', () => {
  /** The first is alone, and all the others wait for it. */
  async function settleAtOnce(count: number, size: number) {
    let signatures = 0;
    const groups: number[] = [];
    const counting: PaymentsLedger = {
      find: (questions) => memory.find(questions),
      findPayers: (questions) => memory.findPayers(questions),
      settle: (payments, epoch, signReceipts) => {
        groups.push(payments.length);
        return memory.settle(payments, epoch, signReceipts);
      },
    };
    const settle = createSettle(counting, {
      signer: async () => {
        const key = await signer();
        const sign = (bytes: Bytes) => {
          signatures++;
          return key.sign(bytes);
        };
        return { ...key, sign };
      },
    });
    const uploads = Array.from({ length: count }, () =>
      Array.from({ length: size }, () => authorize()),
    );
    const results = await Promise.all(uploads.map((items) => settle(items)));
    expect(groups.reduce((sum, some) => sum + some, 0)).toBe(count * size);
    expect(groups.length).toBeLessThan(count);
    return { results, signatures };
  }

  test('are settled together; small ones share a signature, and see nothing of each other', async () => {
    const { results, signatures } = await settleAtOnce(6, 2);
    expect(signatures).toBeLessThan(6);
    for (const result of results.slice(1)) {
      expect(result.groups).toEqual([]);
      const answers = decodePaymentsAnswer(encodeUploadResult(result));
      if (!answers.ok) throw new Error(answers.refusal.detail);
      const receipts = answers.value.map((answer) =>
        decodeReceipt(answer.kind === 'receipt' ? answer.receipt : new Uint8Array()),
      );
      const key = { key: keys.publicKey, ...p1363 };
      const valid = receipts.map(
        (read) => read.ok && verify('sha256', read.value.signed, key, read.value.signature),
      );
      expect(valid).toEqual([true, true]);
    }
  });

  test('and are large have a signature each, and send their bodies once', async () => {
    const { results, signatures } = await settleAtOnce(4, 8);
    expect(signatures).toBe(4);
    for (const { groups, items } of results) {
      expect(groups.map((group) => group.bodies.length)).toEqual([8]);
      expect(new Set(items.map((item) => item.kind))).toEqual(new Set(['member']));
    }
  });

  test('with the same payment in them are told the same receipt', async () => {
    const settle = createSettle();
    const item = authorize();
    const answers = await Promise.all(
      Array.from({ length: 5 }, () => answersOf(settle, [item, authorize(), item])),
    );
    for (const [first] of answers) expect(first).toEqual(answers[0]![0]);
    expect(memory.balanceOf(payer.account, EUR)).toBe(1000n - 60n);
    // Else whoever repeats a payment at the right moment would use up its payer's limit.
    expect(announced).toHaveLength(6);
  });

  test('go on after one for which there was no key to sign with', async () => {
    let asked = 0;
    const settle = createSettle(memory, {
      // Once for the server's id, then once for the group.
      signer: () => (++asked === 2 ? Promise.reject(new Unavailable('no key')) : signer()),
    });
    const item = authorize();
    await expect(settle([item])).rejects.toThrow(Unavailable);
    expect((await answersOf(settle, [item])).map(told)).toEqual(['receipt']);
  });
});
