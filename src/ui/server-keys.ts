/** Owns keeping the server's keys on this phone, wallet or not: receipts and names are checked with them offline. */
import { fetchIdentity } from '#device/account-api.ts';
import { equalBytes } from '#protocol/bytes.ts';
import type { Outcome } from '#protocol/refusals.ts';
import type { ServerIdentity } from '#protocol/wire.ts';
import type { Wallet } from './wallet-model.ts';

/** Keys are asked for again after this long: a phone must know new ones before it meets their receipts. */
const AGE_MS_MAX = 24 * 60 * 60 * 1000;
const TIMEOUT_MS = 15_000;

type Keeper = Pick<Wallet, 'store' | 'clock' | 'notice'>;
type Reading = () => Promise<Outcome<ServerIdentity>>;

const readHere: Reading = () => fetchIdentity('', TIMEOUT_MS);

/** What the server publishes now, kept; undefined when it does not answer. */
export async function fetchServerKeys(
  wallet: Keeper,
  read: Reading = readHere,
): Promise<ServerIdentity | undefined> {
  const { store } = wallet;
  const answer = await read();
  if (!answer.ok) return undefined;
  const known = await store.readIdentity();
  const isAnother = known && !equalBytes(known.server, answer.value.server);
  // The server may have new keys. It may not become another under a wallet's payments.
  if (isAnother && (await store.readWallet())) return undefined;
  await store.writeIdentity(answer.value, wallet.clock.nowMs());
  wallet.notice.changed('wallet');
  // It was restored: the relay brings back what it may have forgotten.
  if (known && known.epoch < answer.value.epoch) wallet.notice.changed('outbox');
  return answer.value;
}

/** Asks the server only when there are no keys here, or old ones, or those of an earlier epoch than it says. */
export async function keepServerKeys(
  wallet: Keeper,
  read: Reading = readHere,
  epoch = 0,
): Promise<void> {
  const known = await wallet.store.readIdentity();
  const ageMs = wallet.clock.nowMs() - (known?.readAtMs ?? Number.NEGATIVE_INFINITY);
  // A clock that has gone back can count nothing until the server's is read again.
  const isOld = !(ageMs >= 0 && ageMs < AGE_MS_MAX);
  if (!isOld && epoch <= (known?.epoch ?? 0)) return;
  await fetchServerKeys(wallet, read);
}
