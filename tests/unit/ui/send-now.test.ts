/** What a tap on "Send now" is answered with: never nothing while the payment still waits. */
import { expect, test } from 'vitest';
import type { Engine } from '#ui/engine.ts';
import { sendNow } from '#ui/parts/send-now.tsx';
import type { Wallet } from '#ui/wallet-model.ts';
import type { OutboxEntry } from '#wallet/records.ts';
import type { Trouble } from '#wallet/relay-upload.ts';

function triedWith(kind: Trouble['kind'] | undefined, waiting: readonly string[]) {
  const report = { settled: 0, ...(kind && { lastTrouble: { kind, atMs: 0 } }) };
  const wallet = {
    engine: async () => ({ triggers: { drain: async () => report } }) as unknown as Engine,
    store: { readOutbox: async () => waiting.map((id) => ({ id }) as OutboxEntry) },
  } as unknown as Wallet;
  return sendNow(wallet, 'mine');
}

test('what is settled needs no words, whatever trouble there is with others', async () => {
  expect(await triedWith(undefined, [])).toBe('settled');
  expect(await triedWith('silence', ['another'])).toBe('settled');
});

test('silence is told from a server that answered and did not take it', async () => {
  expect(await triedWith('silence', ['mine'])).toBe('no-answer');
  for (const kind of ['busy', 'strange', 'unjudged', 'forged', undefined] as const) {
    expect(await triedWith(kind, ['another', 'mine'])).toBe('not-taken');
  }
});

test('a phone without the code for sending has no network either', async () => {
  const engine = () => Promise.reject(new Error('not on this phone yet'));
  expect(await sendNow({ engine } as unknown as Wallet, 'mine')).toBe('no-answer');
});
