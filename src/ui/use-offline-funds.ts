/** Owns following what can be paid without a network. Read after the first screen stands: it needs more code. */
import { useEffect, useState } from 'preact/hooks';
import type { OfflineFunds } from './offline-funds.ts';
import { useWallet } from './wallet-context.ts';

const NONE: readonly OfflineFunds[] = [];

export function useOfflineFunds(): readonly OfflineFunds[] {
  const wallet = useWallet();
  const purses = wallet.home.value?.purses;
  const [funds, setFunds] = useState(NONE);
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
    // Without the code for it nothing is said: less than can be paid is no false promise.
    follow().catch(() => {});
    return () => {
      current = false;
    };
  }, [wallet, purses]);
  return funds;
}
