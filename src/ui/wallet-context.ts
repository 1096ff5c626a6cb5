/** Owns how components come by the wallet, and how they follow what is stored beyond the mirrored part. */
import { createContext } from 'preact';
import { useContext, useEffect, useState } from 'preact/hooks';
import type { Topic } from '#wallet/ports.ts';
import type { Wallet } from './wallet-model.ts';

export const WalletContext = createContext<Wallet | undefined>(undefined);

export function useWallet(): Wallet {
  const wallet = useContext(WalletContext);
  if (wallet === undefined) throw new Error('every screen stands inside the wallet');
  return wallet;
}

/** `unreadable` must be shown as such; what was read before stays beside it. */
export type Stored<T> =
  | { readonly kind: 'reading' }
  | { readonly kind: 'read'; readonly value: T }
  | { readonly kind: 'unreadable'; readonly last?: T };

/**
 * Reads from the store and again after every change of these topics, here or in another page or the
 * worker. `key` names what is read: another key starts anew.
 */
export function useStored<T>(
  key: string,
  topics: readonly Topic[],
  read: (wallet: Wallet) => Promise<T>,
): Stored<T> {
  const wallet = useWallet();
  const [stored, setStored] = useState<Stored<T>>({ kind: 'reading' });
  useEffect(() => {
    let turn = 0;
    const readAgain = () => {
      turn += 1;
      const mine = turn;
      read(wallet).then(
        (value) => {
          if (mine === turn) setStored({ kind: 'read', value });
        },
        () => {
          if (mine !== turn) return;
          setStored((before) =>
            before.kind === 'read'
              ? { kind: 'unreadable', last: before.value }
              : { kind: 'unreadable' },
          );
        },
      );
    };
    setStored({ kind: 'reading' });
    readAgain();
    const stop = wallet.notice.subscribe((changed) => {
      if (changed.some((topic) => topics.includes(topic))) readAgain();
    });
    return () => {
      turn = -1;
      stop();
    };
  }, [wallet, key]);
  return stored;
}
