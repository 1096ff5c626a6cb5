/** A list of devices that is not here says why: no network, or what the server said. */
import { renderToString } from 'preact-render-to-string';
import { beforeAll, expect, test } from 'vitest';
import { accept, type Outcome, type RefusalCode, refuse } from '#protocol/refusals.ts';
import type { DeviceGap, DeviceList } from '#protocol/wire-offline.ts';
import { Devices } from '#ui/parts/device-list.tsx';
import { loadRestOfTexts } from '#ui/text/text.ts';
import { WalletContext } from '#ui/wallet-context.ts';
import { createWallet } from '#ui/wallet-model.ts';
import type { WalletStore } from '#wallet/ports.ts';

beforeAll(loadRestOfTexts);

function draw(outcome: Outcome<DeviceList>, gaps: readonly DeviceGap[] = []): string {
  const wallet = createWallet({
    store: {} as WalletStore,
    notice: { changed() {}, subscribe: () => () => {}, close() {} },
    clock: { nowMs: () => 0 },
    random: { bytes: (length) => new Uint8Array(length), fraction: () => 0 },
    engine: () => Promise.reject(new Error('no engine here')),
  });
  return renderToString(
    <WalletContext.Provider value={wallet}>
      <Devices answer={{ outcome, again() {} }} gaps={gaps} />
    </WalletContext.Provider>,
  );
}

const shown = (code: RefusalCode) => draw(refuse(code));

test('where nobody answers it is the network', () => {
  expect(shown('unavailable')).toMatch(/cannot be read without network/);
});

test('whoever is signed out is told to sign in, and not of the network', () => {
  expect(shown('not_signed_in')).toMatch(/Sign in with your passkey/);
  expect(shown('not_signed_in')).not.toMatch(/without network/);
});

test('a device says how many payments approved on it nobody brought', () => {
  const device = (number: number, label: string) => ({
    device: number,
    label,
    createdAtMs: 0,
    frozen: false,
    allowances: [],
  });
  const devices = [device(1, 'Old phone'), device(2, 'Tablet')];
  const gaps = [
    { device: 1, firstSeq: 3, lastSeq: 4 },
    { device: 1, firstSeq: 9, lastSeq: 9 },
  ];
  const [old = '', tablet = ''] = draw(accept({ devices, stopped: false }), gaps).split('Tablet');
  expect(old).toMatch(/3 payments approved on it have not arrived/);
  expect(tablet).not.toMatch(/arrived/);
});
