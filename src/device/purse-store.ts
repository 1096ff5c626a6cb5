/** Owns the purses: what a person wants set aside in each currency, and what the server granted. */
import type { Granted, OfflinePurse } from '#wallet/offline-records.ts';
import type { Payment } from '#wallet/payment.ts';
import type { WalletStore } from '#wallet/ports.ts';
import type { WalletDatabase } from './database.ts';
import { PURSE, readRecord, readRecords } from './stored-records.ts';
import type { ReadTransaction, WriteTransaction } from './transaction.ts';

type PurseStore = Pick<WalletStore, 'readPurses' | 'writePurseWish' | 'writeGrant' | 'dropGrants'>;

/** A damaged purse pays nothing: what was drawn on it is not known. */
export async function readPursesOf(tx: ReadTransaction): Promise<OfflinePurse[]> {
  return readRecords(PURSE, await tx.objectStore('purses').getAll());
}

async function readPurse(tx: ReadTransaction, currency: number): Promise<OfflinePurse> {
  return readRecord(PURSE, await tx.objectStore('purses').get(currency)) ?? { currency };
}

function withoutGrant({ currency, wantedMinor }: OfflinePurse): OfflinePurse {
  return wantedMinor === undefined ? { currency } : { currency, wantedMinor };
}

/**
 * Draws this payment on its purse and answers the payment with its cover; undefined when the
 * allowance or what was spent of it is not what the order says. Another tab was quicker then, and
 * the signed order would promise the same money again.
 */
export async function drawIn(tx: WriteTransaction, payment: Payment): Promise<Payment | undefined> {
  const { allowance, spentBeforeMinor, currency, amountMinor } = payment;
  if (allowance === undefined) return payment;
  const purse = await readPurse(tx, currency);
  const { granted } = purse;
  if (!granted || granted.spentMinor !== spentBeforeMinor) return undefined;
  if (granted.id !== allowance) return undefined;
  const spentMinor = granted.spentMinor + amountMinor;
  await tx.objectStore('purses').put({ ...purse, granted: { ...granted, spentMinor } });
  return { ...payment, cover: granted.bytes };
}

/** A promise that comes back has drawn on its purse, whatever the database still knows of it. */
export async function drawAgainIn(tx: WriteTransaction, payment: Payment): Promise<void> {
  const { allowance, spentBeforeMinor = 0n, currency, amountMinor } = payment;
  const purse = await readPurse(tx, currency);
  const { granted } = purse;
  const spentMinor = spentBeforeMinor + amountMinor;
  if (!allowance || !granted || granted.spentMinor >= spentMinor) return;
  if (granted.id !== allowance) return;
  await tx.objectStore('purses').put({ ...purse, granted: { ...granted, spentMinor } });
}

export async function dropGrantsIn(tx: WriteTransaction, currency?: number): Promise<void> {
  const purses = await readPursesOf(tx);
  for (const purse of purses) {
    if (currency !== undefined && purse.currency !== currency) continue;
    if (purse.granted) await tx.objectStore('purses').put(withoutGrant(purse));
  }
}

async function writeGrantIn(
  tx: WriteTransaction,
  currency: number,
  granted: Omit<Granted, 'spentMinor'>,
  replaced: Granted | undefined,
): Promise<void> {
  const purse = await readPurse(tx, currency);
  const { granted: here } = purse;
  // Done again after a lost connection: what was drawn on it meanwhile stays drawn.
  if (here?.id === granted.id) return;
  // The answers of two tabs may cross; the server has closed the earlier one.
  if (here && here.validFromS > granted.validFromS) return;
  const isSame = here !== undefined && here.id === replaced?.id;
  const spentMinor = isSame ? here.spentMinor - replaced.spentMinor : 0n;
  await tx.objectStore('purses').put({ ...purse, granted: { ...granted, spentMinor } });
}

export function createPurseStore(database: WalletDatabase): PurseStore {
  const write = (work: (tx: WriteTransaction) => Promise<void>) =>
    database.write(['purses'], work, 'strict');
  return {
    readPurses: () => database.read(['purses'], readPursesOf),
    writePurseWish: (currency, wantedMinor) =>
      write(async (tx) => {
        const { granted } = await readPurse(tx, currency);
        const wish = wantedMinor === undefined ? {} : { wantedMinor };
        await tx.objectStore('purses').put({ currency, ...wish, ...(granted && { granted }) });
      }),
    writeGrant: (currency, granted, replaced) =>
      write((tx) => writeGrantIn(tx, currency, granted, replaced)),
    dropGrants: (currency) => write((tx) => dropGrantsIn(tx, currency)),
  };
}
