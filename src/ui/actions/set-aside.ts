/** Owns choosing how much is set aside for paying without a network, and giving up a phone that is lost. */
import { accept, type Outcome, type RefusalCode, refuse } from '#protocol/refusals.ts';
import { storeOutcome } from '../store-outcome.ts';
import type { Wallet } from '../wallet-model.ts';

/**
 * Keeps the wish, and has the server follow it if it can be reached now; else that happens with the
 * next network. Refusals: store_*, and those of the server (funds_short, device_frozen, …).
 */
export async function setAside(
  wallet: Wallet,
  currency: number,
  wantedMinor: bigint | undefined,
): Promise<Outcome<undefined>> {
  const written = await storeOutcome(async () => {
    await wallet.store.writePurseWish(currency, wantedMinor);
    return accept(undefined);
  });
  if (!written.ok) return written;
  wallet.notice.changed('wallet');
  const refusal = await followWish(wallet, currency).catch((): RefusalCode => 'unavailable');
  await wallet.reread();
  // Without an answer the wish stands, and is followed as soon as there is one.
  return refusal === undefined || refusal === 'unavailable' ? accept(undefined) : refuse(refusal);
}

async function followWish(wallet: Wallet, currency: number): Promise<RefusalCode | undefined> {
  const { keepPurses, refresh } = await wallet.engine();
  const kept = await keepPurses();
  void refresh();
  return kept.find((purse) => purse.currency === currency)?.refusal;
}

/** Unspent funds return at once; what the lost phone promised before may still come in. */
export async function freezeDevice(wallet: Wallet, device: number): Promise<Outcome<undefined>> {
  const { api, refresh } = await wallet.engine();
  const frozen = await api.freezeDevice({ device });
  if (frozen.ok) void refresh();
  return frozen;
}
