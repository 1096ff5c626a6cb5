/** Home leads to everything that a person may look for, whatever it has to show itself. */
import { renderToString } from 'preact-render-to-string';
import { expect, test } from 'vitest';
import { HomeScreen } from '#ui/screens/home.tsx';
import { WalletContext } from '#ui/wallet-context.ts';
import { createWallet } from '#ui/wallet-model.ts';
import type { WalletStore } from '#wallet/ports.ts';
import { HOME, WALLET } from '../wallet/samples.ts';

test('history and search are reached also where no line is to be shown', async () => {
  const store: Partial<WalletStore> = {
    readHome: async () => HOME,
    readEntries: async () => [],
    readDraft: async () => undefined,
  };
  const wallet = createWallet({
    store: store as WalletStore,
    notice: { changed() {}, subscribe: () => () => {}, close() {} },
    clock: { nowMs: () => WALLET.accountReadAtMs },
    random: { bytes: (length) => new Uint8Array(length), fraction: () => 0 },
    engine: () => Promise.reject(new Error('no engine here')),
  });
  await wallet.reread();
  const html = renderToString(
    <WalletContext.Provider value={wallet}>
      <HomeScreen />
    </WalletContext.Provider>,
  );
  expect(html).toMatch(/Nothing yet/);
  expect(html).toMatch(/<a href="\/activity">All activity<\/a>/);
});
