/** Owns finding, among the payments taken on this phone, those that answer one request or bind the phone. */
import { isUnfounded, type TakenCounterfoil } from '#wallet/offline-records.ts';
import type { WalletStore } from '#wallet/ports.ts';
import type { HomeView, OutboxEntry } from '#wallet/records.ts';

const PAGE = 100;

/** The one that counts: not refused if there is such, else the newest. */
export async function readTakenFor(
  store: Pick<WalletStore, 'readTakenList'>,
  digest: string,
): Promise<TakenCounterfoil | undefined> {
  const list = await store.readTakenList(PAGE);
  const ours = list.filter(({ requestDigest }) => requestDigest === digest);
  return ours.find(({ state }) => state === 'taken' || state === 'accepted') ?? ours[0];
}

/** What waits here and would be lost with the wallet: somebody counts on it. */
export function bindingEntries({
  waiting,
  taken,
}: Pick<HomeView, 'waiting' | 'taken'>): OutboxEntry[] {
  const byId = new Map(taken.map((record) => [record.id, record]));
  return waiting.filter((entry) => !isUnfounded(entry, byId.get(entry.id)));
}
