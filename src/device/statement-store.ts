/** Owns what the payee's side keeps: statement entries, requests shown, payees heard of. */
import { FIRST_EPOCH } from '#protocol/epoch.ts';
import type { StatementEntry } from '#protocol/wire.ts';
import { payRequest } from '#wallet/paid-request.ts';
import type { WalletStore } from '#wallet/ports.ts';
import type { ShownRequest } from '#wallet/records.ts';
import type { WalletDatabase } from './database.ts';
import { ENTRY, PAYEE, REQUEST, readRecord, readRecords } from './stored-records.ts';
import type { WriteTransaction } from './transaction.ts';
import { ENTRIES_EPOCH, ENTRIES_VERSION } from './wallet-state-store.ts';

type StatementStore = Pick<
  WalletStore,
  | 'readEntries'
  | 'readEntriesVersion'
  | 'followEpoch'
  | 'writeEntries'
  | 'writeRequest'
  | 'readRequest'
  | 'readRequests'
  | 'readPayee'
  | 'writePayee'
>;

function storedRequest(request: ShownRequest): object {
  return { ...request, newest: -request.shownAtMs };
}

function versionOf(value: unknown): number {
  return typeof value === 'number' && Number.isSafeInteger(value) ? value : 0;
}

type Asked = { readonly epoch: number; readonly after: number };

/** Whether what was asked for then goes on from what is kept now. */
async function goesOn(tx: WriteTransaction, { epoch, after }: Asked): Promise<boolean> {
  const meta = tx.objectStore('meta');
  const known = versionOf(await meta.get(ENTRIES_EPOCH)) || FIRST_EPOCH;
  return known === epoch && versionOf(await meta.get(ENTRIES_VERSION)) >= after;
}

/** Entries and cursor move together, so that a crash can only make us read the same entries again. */
async function writeEntriesIn(
  tx: WriteTransaction,
  entries: readonly StatementEntry[],
  version: number,
  asked?: Asked,
): Promise<ShownRequest[]> {
  if (asked && !(await goesOn(tx, asked))) return [];
  const requests = tx.objectStore('requests');
  const meta = tx.objectStore('meta');
  const paid: ShownRequest[] = [];
  for (const entry of entries) {
    await tx.objectStore('entries').put(entry, -entry.version);
    if (entry.requestDigest === undefined) continue;
    const request = readRecord(REQUEST, await requests.get(entry.requestDigest));
    const settled = request && payRequest(request, entry);
    if (!settled) continue;
    await requests.put(storedRequest(settled));
    if (request.paid?.paymentId !== settled.paid?.paymentId) paid.push(settled);
  }
  const known = versionOf(await meta.get(ENTRIES_VERSION));
  await meta.put(Math.max(known, version), ENTRIES_VERSION);
  return paid;
}

/** Versions count anew after a restore: what was read before may never have happened. */
async function followEpochIn(tx: WriteTransaction, epoch: number) {
  const meta = tx.objectStore('meta');
  const known = versionOf(await meta.get(ENTRIES_EPOCH)) || FIRST_EPOCH;
  if (epoch === known) return 'same';
  if (epoch < known) return 'older';
  await Promise.all([
    tx.objectStore('entries').clear(),
    meta.delete(ENTRIES_VERSION),
    meta.put(epoch, ENTRIES_EPOCH),
  ]);
  return 'newer';
}

export function createStatementStore(database: WalletDatabase): StatementStore {
  return {
    readEntries: (limit, beforeVersion) =>
      database.read(['entries'], async (tx) => {
        const after =
          beforeVersion === undefined ? null : IDBKeyRange.lowerBound(-beforeVersion, true);
        return readRecords(ENTRY, await tx.objectStore('entries').getAll(after, limit));
      }),
    readEntriesVersion: () =>
      database.read(['meta'], async (tx) =>
        versionOf(await tx.objectStore('meta').get(ENTRIES_VERSION)),
      ),
    followEpoch: (epoch) =>
      database.write(['entries', 'meta'], (tx) => followEpochIn(tx, epoch), 'relaxed'),
    writeEntries: (entries, version, asked) =>
      database.write(
        ['entries', 'requests', 'meta'],
        (tx) => writeEntriesIn(tx, entries, version, asked),
        'relaxed',
      ),
    writeRequest: (request) =>
      database.write(
        ['requests'],
        async (tx) => {
          const requests = tx.objectStore('requests');
          if ((await requests.get(request.digest)) === undefined) {
            await requests.put(storedRequest(request));
          }
        },
        // The payer may pay seconds later: a request that is shown must not be forgotten.
        'strict',
      ),
    readRequest: (digest) =>
      database.read(['requests'], async (tx) =>
        readRecord(REQUEST, await tx.objectStore('requests').get(digest)),
      ),
    readRequests: (limit) =>
      database.read(['requests'], async (tx) =>
        readRecords(REQUEST, await tx.objectStore('requests').byIndex('byNewest', null, limit)),
      ),
    readPayee: (account) =>
      database.read(['payees'], async (tx) =>
        readRecord(PAYEE, await tx.objectStore('payees').get(account)),
      ),
    writePayee: (profile, nowMs) =>
      database.write(
        ['payees'],
        async (tx) => {
          await tx.objectStore('payees').put({ profile, readAtMs: nowMs }, profile.account);
        },
        'relaxed',
      ),
  };
}
