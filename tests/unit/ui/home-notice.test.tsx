/** Home asks for one thing at a time, and for the right one. */
import { renderToString } from 'preact-render-to-string';
import { expect, test } from 'vitest';
import type { AccountApi } from '#device/account-api.ts';
import { accept } from '#protocol/refusals.ts';
import type { DeviceGap } from '#protocol/wire-offline.ts';
import type { ConnectionEvent } from '#ui/connection.ts';
import { lookForMissing, missingWasSeen } from '#ui/missing-payments.ts';
import { HomeNotice } from '#ui/parts/home-notice.tsx';
import { WalletContext } from '#ui/wallet-context.ts';
import { createWallet } from '#ui/wallet-model.ts';
import type { WalletStore } from '#wallet/ports.ts';
import type { HomeView } from '#wallet/records.ts';
import { HOME, WALLET } from '../wallet/samples.ts';

const HEARD_AT_MS = WALLET.accountReadAtMs;
const DAY_MS = 86_400_000;

async function noticeAt(
  nowMs: number,
  kind: ConnectionEvent['kind'] = 'heard',
  home: HomeView = HOME,
): Promise<string> {
  const store: Partial<WalletStore> = {
    readHome: async () => home,
    readEntries: async () => [],
    readDraft: async () => undefined,
  };
  const wallet = createWallet({
    store: store as WalletStore,
    notice: { changed() {}, subscribe: () => () => {}, close() {} },
    clock: { nowMs: () => nowMs },
    random: { bytes: (length) => new Uint8Array(length), fraction: () => 0 },
    engine: () => Promise.reject(new Error('no engine here')),
  });
  await wallet.reread();
  wallet.connection.tell({ kind, atMs: nowMs });
  return renderToString(
    <WalletContext.Provider value={wallet}>
      <HomeNotice />
    </WalletContext.Provider>,
  );
}

test('a frozen wallet is said before a payment fails', async () => {
  const wallet = { ...WALLET, account: { ...WALLET.account, frozen: true } };
  const frozen = /Your wallet is frozen: it neither pays nor is paid/;
  expect(await noticeAt(HEARD_AT_MS, 'heard', { ...HOME, wallet })).toMatch(frozen);
  expect(await noticeAt(HEARD_AT_MS)).not.toMatch(frozen);
});

const CLOCK = /this phone says it is/;

test.each([
  ['ten years back', -3650],
  ['two days back', -2],
  ['forty days ahead', 40],
  ['ten years ahead', 3650],
])('a clock %s is told of where nothing answers, and only there (F49)', async (_name, days) => {
  const nowMs = HEARD_AT_MS + days * DAY_MS;
  expect(await noticeAt(nowMs, 'silence')).toMatch(CLOCK);
  expect(await noticeAt(nowMs, 'heard')).not.toMatch(CLOCK);
});

test('a phone that was merely without a network for a while is not asked about its clock', async () => {
  for (const days of [0, 1, 29]) {
    expect(await noticeAt(HEARD_AT_MS + days * DAY_MS, 'silence')).not.toMatch(CLOCK);
  }
});

test('who signs in hears of payments that another phone approved and nobody brought (F27), once', async () => {
  const answerOf = (gaps: readonly DeviceGap[]): Partial<AccountApi> => ({
    readDeviceGaps: async () => accept({ gaps }),
  });
  const look = (gaps: readonly DeviceGap[]) => lookForMissing(answerOf(gaps) as AccountApi);
  await look([]);
  expect(await noticeAt(HEARD_AT_MS)).not.toMatch(/another phone/);
  await look([
    { device: 2, firstSeq: 7, lastSeq: 7 },
    { device: 1, firstSeq: 3, lastSeq: 4 },
  ]);
  expect(await noticeAt(HEARD_AT_MS)).toMatch(/3 payments approved on another phone have not/);
  missingWasSeen();
  expect(await noticeAt(HEARD_AT_MS)).not.toMatch(/another phone/);
});

test('what was taken from somebody else and set aside is not called a promise of one’s own', async () => {
  const entry = { id: 'x', carried: true, quarantine: { code: 'payer_unknown' } };
  const home = { ...HOME, waiting: [entry] } as unknown as HomeView;
  const html = await noticeAt(HEARD_AT_MS, 'heard', home);
  expect(html).toMatch(/href="\/taken\/x"/);
  expect(html).not.toMatch(/your promises/);
});
