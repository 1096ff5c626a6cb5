/** Owns finding, among the payments taken on this phone, those that answer one request. */
import type { TakenCounterfoil } from '#wallet/offline-records.ts';
import type { WalletStore } from '#wallet/ports.ts';

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
