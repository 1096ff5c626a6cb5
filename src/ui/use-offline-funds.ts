/** Owns following what can be paid without a network. Read after the first screen stands: it needs more code. */
import { useEffect, useState } from 'preact/hooks';
import type { OfflineFunds } from './offline-funds.ts';
import { useWallet } from './wallet-context.ts';

const NONE: readonly OfflineFunds[] = [];

/** Undefined while it is not known: less than can be paid is no false promise, "nothing" would be. */
export function useOfflineFunds(): readonly OfflineFunds[] | undefined {
  const wallet = useWallet();
  const purses = wallet.home.value?.purses;
  const [funds, setFunds] = useState<readonly OfflineFunds[]>();
  useEffect(() => {
    if (!purses?.some(({ granted }) => granted)) {
      setFunds(NONE);
      return;
    }
    let current = true;
    const follow = async () => {
      const { readOfflineFunds } = await wallet.engine();
      const read = await readOfflineFunds(purses);
      if (current) setFunds(read);
    };
    // Without the code for it nothing is said.
    follow().catch(() => {});
    return () => {
      current = false;
    };
  }, [wallet, purses]);
  return funds;
}
