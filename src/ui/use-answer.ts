/** Owns asking the server for what only it knows, while a screen shows it: tried again when asked to. */
import { useCallback, useEffect, useState } from 'preact/hooks';
import { type Outcome, refuse } from '#protocol/refusals.ts';
import type { Engine } from './engine.ts';
import { useWallet } from './wallet-context.ts';

export type Answer<T> = { readonly outcome: Outcome<T> | undefined; readonly again: () => void };

/** `ask` must not change between renders. Asks again when `of`, on which the answer depends, has changed. */
export function useAnswer<T>(
  ask: (api: Engine['api']) => Promise<Outcome<T>>,
  of?: string,
): Answer<T> {
  const wallet = useWallet();
  const [outcome, setOutcome] = useState<Outcome<T>>();
  const again = useCallback(() => {
    wallet
      .engine()
      .then(({ api }) => ask(api))
      .then(setOutcome, () => setOutcome(refuse('unavailable')));
  }, [wallet, ask]);
  useEffect(again, [again, of]);
  return { outcome, again };
}
