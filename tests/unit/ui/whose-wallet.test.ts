// A phone has one wallet and a browser one session: they are not always of the same account.
import { describe, expect, test } from 'vitest';
import type { AccountApi } from '#device/account-api.ts';
import { accept, type Outcome, refuse } from '#protocol/refusals.ts';
import type { AccountState } from '#protocol/wire.ts';
import { createAccountMirror } from '#ui/account-mirror.ts';
import { leaveWallet } from '#ui/actions/account.ts';
import type { Engine } from '#ui/engine.ts';
import { createWallet } from '#ui/wallet-model.ts';
import type { OfflinePurse } from '#wallet/offline-records.ts';
import type { WalletStore } from '#wallet/ports.ts';
import { carriedEntryOf, type HomeView } from '#wallet/records.ts';
import {
  ACCOUNT,
  EUR,
  HOME,
  IDENTITY,
  JPY,
  NOW_MS,
  PAYEE_ID,
  profileOf,
  sampleGrant,
  sampleTaken,
} from '../wallet/samples.ts';

function phoneWith(home: HomeView, answer: Partial<AccountApi>) {
  const done: string[] = [];
  const store: Partial<WalletStore> = {
    readHome: async () => home,
    readEntries: async () => [],
    readDraft: async () => undefined,
    readWallet: async () => home.wallet,
    readIdentity: async () => ({ ...IDENTITY, readAtMs: NOW_MS }),
    readEntriesVersion: async () => 0,
    writeAccount: async () => void done.push('account'),
    followEpoch: async () => 'same',
    writeEntries: async () => {
      done.push('entries');
      return [];
    },
    forgetWallet: async () => {
      done.push('forgotten');
      return accept(undefined);
    },
  };
  const api: Partial<AccountApi> = {
    signOut: async () => {
      done.push('signed out');
      return accept(undefined);
    },
    releaseAllowance: async ({ currency }) => {
      done.push(`released ${currency}`);
      return accept(undefined);
    },
    readStatement: async () => accept({ entries: [], version: 0, epoch: 1 }),
    ...answer,
  };
  const wallet = createWallet({
    store: store as WalletStore,
    notice: { changed: () => {}, subscribe: () => () => true, close: () => {} },
    clock: { nowMs: () => NOW_MS },
    random: { bytes: (length) => new Uint8Array(length), fraction: () => 0 },
    engine: async () => ({ api }) as Engine,
  });
  return { wallet, api: api as AccountApi, done };
}

const answering = (account: AccountState) => ({ readAccount: async () => accept(account) });

describe('what the server says', () => {
  test('is kept when it is about this wallet', async () => {
    const { wallet, api, done } = phoneWith(HOME, answering(ACCOUNT));
    await createAccountMirror(wallet, api, async () => []).refresh();
    expect([done, wallet.session.value]).toEqual([['account'], 'open']);
  });

  test('is not kept when another account signed in here: then this wallet has no session', async () => {
    const other = { ...ACCOUNT, profile: profileOf(PAYEE_ID, 'B') };
    const { wallet, api, done } = phoneWith(HOME, answering(other));
    let asked = 0;
    const keepPurses = async () => {
      asked++;
      return [];
    };
    await createAccountMirror(wallet, api, keepPurses).refresh();
    expect([done, wallet.session.value, asked]).toEqual([[], 'closed', 0]);
  });
});

describe('leaving a wallet', () => {
  const granted: OfflinePurse = { currency: EUR, granted: { ...sampleGrant(), spentMinor: 0n } };

  test('gives back first what is set aside for this phone', async () => {
    const purses = [granted, { currency: JPY, wantedMinor: 9n }];
    const { wallet, done } = phoneWith({ ...HOME, purses }, {});
    await wallet.reread();
    expect((await leaveWallet(wallet)).ok).toBe(true);
    const released = [EUR, JPY].map((currency) => `released ${currency}`);
    expect(done).toEqual([...released, 'signed out', 'forgotten']);
  });

  test('waits until that is possible', async () => {
    const releaseAllowance = async (): Promise<Outcome<undefined>> => refuse('unavailable');
    const { wallet, done } = phoneWith({ ...HOME, purses: [granted] }, { releaseAllowance });
    await wallet.reread();
    expect(await leaveWallet(wallet)).toMatchObject({ refusal: { code: 'unavailable' } });
    expect(done).toEqual([]);
  });

  test('is possible with promises that nobody guarantees and the server will not judge', async () => {
    const taken = sampleTaken(1, {}, { guaranteed: false });
    const quarantine = { code: 'payer_unknown', sinceMs: 1, offeredAtMs: 1 } as const;
    const waiting = [{ ...carriedEntryOf(taken), quarantine }];
    const unfounded = phoneWith({ ...HOME, waiting, taken: [taken] }, {});
    await unfounded.wallet.reread();
    expect((await leaveWallet(unfounded.wallet)).ok).toBe(true);
    const guaranteed = phoneWith({ ...HOME, waiting, taken: [sampleTaken(1)] }, {});
    await guaranteed.wallet.reread();
    expect(await leaveWallet(guaranteed.wallet)).toMatchObject({ refusal: { code: 'forbidden' } });
    expect(guaranteed.done).toEqual([]);
  });

  test('waits for a promise that a restored server may have paid, and puts off', async () => {
    const taken = sampleTaken(1, {}, { guaranteed: false });
    const quarantine = { code: 'restored_lately', sinceMs: 1, offeredAtMs: 1 } as const;
    const waiting = [{ ...carriedEntryOf(taken), quarantine }];
    const { wallet, done } = phoneWith({ ...HOME, waiting, taken: [taken] }, {});
    await wallet.reread();
    expect(await leaveWallet(wallet)).toMatchObject({ refusal: { code: 'forbidden' } });
    expect(done).toEqual([]);
  });
});
