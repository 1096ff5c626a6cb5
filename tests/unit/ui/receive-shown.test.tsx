/** A request on the screen is answered by a payer's own code, also when it was approved just in time. */
import { renderToString } from 'preact-render-to-string';
import { beforeAll, expect, test, vi } from 'vitest';
import { ReceiveShown } from '#ui/parts/receive-shown.tsx';
import { loadRestOfTexts } from '#ui/text/text.ts';
import { WalletContext } from '#ui/wallet-context.ts';
import { createWallet } from '#ui/wallet-model.ts';
import type { WalletStore } from '#wallet/ports.ts';
import { EUR, NOW_MS } from '../wallet/samples.ts';

beforeAll(async () => {
  // A page has an address of its own.
  if (!('location' in globalThis)) vi.stubGlobal('location', { origin: 'http://localhost' });
  await loadRestOfTexts();
});

const SHOWN = {
  digest: 'abc',
  text: '00020101',
  amountMinor: 40_00n,
  currency: EUR,
  shownAtMs: NOW_MS,
  validUntilS: NOW_MS / 1000 + 900,
};

function shownAt(nowMs: number): string {
  const wallet = createWallet({
    store: {} as WalletStore,
    notice: { changed() {}, subscribe: () => () => {}, close() {} },
    clock: { nowMs: () => nowMs },
    random: { bytes: (length) => new Uint8Array(length), fraction: () => 0 },
    engine: () => Promise.reject(new Error('no engine here')),
  });
  return renderToString(
    <WalletContext.Provider value={wallet}>
      <ReceiveShown request={SHOWN} />
    </WalletContext.Provider>,
  );
}

const SCAN = /href="\/scan\?d=abc".*Scan their payment/;

test('while it is good it leads to the payer’s code', () => {
  expect(shownAt(NOW_MS)).toMatch(SCAN);
});

test('too old to be paid, it still leads there: who approved in time shows a code that counts', () => {
  const html = shownAt(NOW_MS + 20 * 60_000);
  expect(html).toMatch(/Make a new code/);
  expect(html).toMatch(/If they approved in time, scan their phone’s code/);
  expect(html).toMatch(SCAN);
});
