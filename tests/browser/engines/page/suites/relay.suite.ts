// Promises on their way: the engine's own fetch, storage and signatures, and a server that answers as networks let it.
import { describe, expect, test } from 'vitest';
import { createChangeNotice } from '#device/change-notice.ts';
import { openWalletDatabase } from '#device/database.ts';
import { createHttpTransport } from '#device/http-transport.ts';
import { createOutboxLock } from '#device/outbox-lock.ts';
import { createPaymentStore } from '#device/payment-store.ts';
import { verifyEs256 } from '#device/verify-es256.ts';
import { systemClock, systemRandom } from '#device/world.ts';
import { createRelay } from '#wallet/relay.ts';
import { samplePayment, WALLET } from '../../../../unit/wallet/samples.ts';

async function phone(name: string) {
  const store = createPaymentStore(openWalletDatabase({ name }));
  await store.writeWallet(WALLET);
  const relayBy = (folder = '') =>
    createRelay({
      store,
      transport: createHttpTransport(location.origin + folder),
      clock: systemClock,
      random: systemRandom,
      verify: verifyEs256,
      notice: createChangeNotice(),
      lock: createOutboxLock(),
    });
  return { store, relayBy };
}

describe('the relay by HTTP', () => {
  test('settles what waits, with receipts that the engine verifies', async () => {
    const { store, relayBy } = await phone('relay-settles');
    for (const seq of [1, 2, 3]) await store.promise(samplePayment(seq));
    expect(await relayBy().drain('start')).toMatchObject({ settled: 3, waiting: 0 });
    expect((await store.readPayments(9)).map(({ state }) => state)).toEqual(
      Array(3).fill('accepted'),
    );
    expect(await store.readOutbox()).toEqual([]);
  });

  test('two of them at once settle everything once', async () => {
    const { store, relayBy } = await phone('relay-twice');
    for (const seq of [1, 2, 3]) await store.promise(samplePayment(seq));
    await Promise.all([relayBy().drain('start'), relayBy().drain('online')]);
    expect(await store.readOutbox()).toEqual([]);
  });

  test.each(['/portal', '/stranger', '/cut', '/endless'])(
    'an answer of %s ends nothing: the promise waits, and settles by the next way',
    async (folder) => {
      const { store, relayBy } = await phone(`relay${folder}`);
      await store.promise(samplePayment(1));
      await relayBy(folder).drain('start');
      expect((await store.readPayment(samplePayment(1).id))?.state).toBe('promised');
      expect((await store.readOutbox())[0]?.sentAtMs).toBeDefined();
      expect(await relayBy().drain('online')).toMatchObject({ settled: 1, waiting: 0 });
    },
  );

  test('an answer that does not come is silence after its time', async () => {
    const transport = createHttpTransport(`${location.origin}/silent`);
    const answer = await transport.postPayments([samplePayment(1).authorization], 50);
    expect(answer).toEqual({ kind: 'silence', why: 'no answer in 50 ms' });
  });

  test('a server that is not there is silence', async () => {
    const transport = createHttpTransport('http://localhost:9');
    const answer = await transport.postPayments([samplePayment(1).authorization], 5_000);
    expect(answer.kind).toBe('silence');
  });
});
