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

const device = (number: number, label: string, createdAtMs = 0) => ({
  device: number,
  label,
  createdAtMs,
  frozen: false,
  allowances: [],
});

test('two devices of one make and one day differ in number and time', () => {
  const minute = 60_000;
  const devices = [
    device(1, 'Chrome · Linux', 3 * minute),
    device(2, 'Chrome · Linux', 5 * minute),
  ];
  const html = draw(accept({ devices, stopped: false }));
  expect(html).toMatch(/No\. 1, since .*:03.*No\. 2, since .*:05/);
});

test('a device says how many payments approved on it nobody brought', () => {
  const devices = [device(1, 'Old phone'), device(2, 'Tablet')];
  const gaps = [
    { device: 1, firstSeq: 3, lastSeq: 4 },
    { device: 1, firstSeq: 9, lastSeq: 9 },
  ];
  const [old = '', tablet = ''] = draw(accept({ devices, stopped: false }), gaps).split('Tablet');
  expect(old).toMatch(/3 payments approved on it have not arrived/);
  expect(tablet).not.toMatch(/arrived/);
});
