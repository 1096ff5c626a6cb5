/** Owns the single records: who this phone is, the server's identity, settings and the draft. */
import { accept, type Outcome, refuse } from '#protocol/refusals.ts';
import { isUnfounded } from '#wallet/offline-records.ts';
import type { WalletStore } from '#wallet/ports.ts';
import { DEFAULT_SETTINGS, type WalletState } from '#wallet/records.ts';
import type { WalletDatabase } from './database.ts';
import { readMeta, readOutboxOf, WAITING } from './outbox-store.ts';
import { dropGrantsIn } from './purse-store.ts';
import {
  DRAFT,
  LAST_SEQ,
  readRecord,
  SETTINGS,
  TAKEN,
  WALLET,
  wholeWallet,
} from './stored-records.ts';
import type { ReadTransaction, WriteTransaction } from './transaction.ts';

type WalletStateStore = Pick<
  WalletStore,
  | 'readWallet'
  | 'writeWallet'
  | 'writeAccount'
  | 'writeCanPayOffline'
  | 'forgetWallet'
  | 'readDraft'
  | 'writeDraft'
  | 'readSettings'
  | 'writeSettings'
>;

/** Key in `meta`: where the statement has been read to. */
export const ENTRIES_VERSION = 'entriesVersion';
/** Key in `meta`: in which epoch; absent in the first. */
export const ENTRIES_EPOCH = 'entriesEpoch';

export async function readWalletOf(tx: ReadTransaction): Promise<WalletState | undefined> {
  const [wallet, last] = await Promise.all([
    readMeta(tx, 'wallet', WALLET),
    readMeta(tx, 'lastSeq', LAST_SEQ),
  ]);
  if (!wallet) return undefined;
  return { ...wholeWallet(wallet), lastSeq: last?.device === wallet.device ? last.seq : 0 };
}

async function readSettingsOf(tx: ReadTransaction) {
  return readRecord(SETTINGS, await tx.objectStore('meta').get('settings')) ?? DEFAULT_SETTINGS;
}

/** Whether somebody counts on what only this phone has. */
async function hasWaiting(tx: ReadTransaction): Promise<boolean> {
  const [count, entries] = await Promise.all([tx.objectStore('outbox').count(), readOutboxOf(tx)]);
  const counterfoils = tx.objectStore('counterfoils');
  const taken = await Promise.all(entries.map(({ id }) => counterfoils.get(id)));
  const unfounded = entries.filter((entry, at) => isUnfounded(entry, readRecord(TAKEN, taken[at])));
  // What cannot be read is counted too, and is not among the entries.
  return count > unfounded.length;
}

async function writeWalletIn(
  tx: WriteTransaction,
  wallet: WalletState,
): Promise<Outcome<undefined>> {
  const meta = tx.objectStore('meta');
  const [stored, last, isWaiting] = await Promise.all([
    meta.get('wallet'),
    readMeta(tx, 'lastSeq', LAST_SEQ),
    hasWaiting(tx),
  ]);
  const known = readRecord(WALLET, stored);
  const { lastSeq, ...state } = wallet;
  const same = known?.account.profile.account === state.account.profile.account;
  if (known && !same && isWaiting) return refuse('forbidden', 'payments are waiting');
  // The statement belongs to an account, and so does the cursor into it.
  if (!same) await Promise.all([tx.objectStore('entries').clear(), meta.delete(ENTRIES_VERSION)]);
  // What was granted belongs to the account and to one device of it.
  if (!same) await tx.objectStore('purses').clear();
  else if (known?.device !== state.device) await dropGrantsIn(tx);
  // A number once used on this device is never used again, whatever the caller believes.
  const usedSeq = last?.device === state.device ? last.seq : 0;
  await Promise.all([
    meta.put(state, 'wallet'),
    meta.put({ device: state.device, seq: Math.max(usedSeq, lastSeq) }, 'lastSeq'),
  ]);
  return accept(undefined);
}

/** Changes a part of the wallet record, if there is one and it is still this account's. */
async function patchWallet(
  tx: WriteTransaction,
  part: Partial<Omit<WalletState, 'lastSeq'>>,
): Promise<void> {
  const wallet = await readMeta(tx, 'wallet', WALLET);
  const { account = wallet?.account } = part;
  const isSame = account?.profile.account === wallet?.account.profile.account;
  if (wallet && isSame) await tx.objectStore('meta').put({ ...wallet, ...part }, 'wallet');
}

export function createWalletStateStore(database: WalletDatabase): WalletStateStore {
  const put = (key: string, value: object) =>
    database.write(
      ['meta'],
      async (tx) => {
        await tx.objectStore('meta').put(value, key);
      },
      'relaxed',
    );
  return {
    readWallet: () => database.read(['meta'], readWalletOf),
    writeWallet: (wallet) =>
      database.write(
        [...WAITING, 'meta', 'entries', 'purses'],
        (tx) => writeWalletIn(tx, wallet),
        'strict',
      ),
    writeAccount: (account, nowMs) =>
      database.write(
        ['meta'],
        (tx) => patchWallet(tx, { account, accountReadAtMs: nowMs }),
        'relaxed',
      ),
    writeCanPayOffline: (canPayOffline) =>
      database.write(['meta'], (tx) => patchWallet(tx, { canPayOffline }), 'relaxed'),
    forgetWallet: () =>
      database.write(
        [...WAITING, 'meta', 'purses'],
        async (tx) => {
          if (await hasWaiting(tx)) return refuse('forbidden', 'payments are waiting');
          await tx.objectStore('meta').delete('wallet');
          await tx.objectStore('purses').clear();
          return accept(undefined);
        },
        'strict',
      ),
    readDraft: () =>
      database.read(['meta'], async (tx) =>
        readRecord(DRAFT, await tx.objectStore('meta').get('draft')),
      ),
    writeDraft: (draft) =>
      database.write(
        ['meta'],
        async (tx) => {
          const meta = tx.objectStore('meta');
          await (draft ? meta.put(draft, 'draft') : meta.delete('draft'));
        },
        'relaxed',
      ),
    readSettings: () => database.read(['meta'], readSettingsOf),
    writeSettings: (settings) => put('settings', settings),
  };
}
