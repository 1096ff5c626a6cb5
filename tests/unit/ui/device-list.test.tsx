/** A list of devices that is not here says why: no network, or what the server said. */
import { renderToString } from 'preact-render-to-string';
import { beforeAll, expect, test } from 'vitest';
import { type RefusalCode, refuse } from '#protocol/refusals.ts';
import { Devices } from '#ui/parts/device-list.tsx';
import { loadRestOfTexts } from '#ui/text/text.ts';
import { WalletContext } from '#ui/wallet-context.ts';
import { createWallet } from '#ui/wallet-model.ts';
import type { WalletStore } from '#wallet/ports.ts';

beforeAll(loadRestOfTexts);

function shown(code: RefusalCode): string {
  const wallet = createWallet({
    store: {} as WalletStore,
    notice: { changed() {}, subscribe: () => () => {}, close() {} },
    clock: { nowMs: () => 0 },
    random: { bytes: (length) => new Uint8Array(length), fraction: () => 0 },
    engine: () => Promise.reject(new Error('no engine here')),
  });
  return renderToString(
    <WalletContext.Provider value={wallet}>
      <Devices answer={{ outcome: refuse(code), again() {} }} gaps={[]} />
    </WalletContext.Provider>,
  );
}

test('where nobody answers it is the network', () => {
  expect(shown('unavailable')).toMatch(/cannot be read without network/);
});

test('whoever is signed out is told to sign in, and not of the network', () => {
  expect(shown('not_signed_in')).toMatch(/Sign in with your passkey/);
  expect(shown('not_signed_in')).not.toMatch(/without network/);
});
