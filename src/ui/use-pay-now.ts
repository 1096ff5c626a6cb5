/** Owns whether this phone may pay now: any time when it has been tried offline, else only while online. */
import { useEffect } from 'preact/hooks';
import { useWallet } from './wallet-context.ts';

export type PayNow = 'may' | 'reaching' | 'untried' | 'cannot';

/** An answer this fresh counts as being online; older than that, the server is asked again. */
const FRESH_MS = 60_000;

export function usePayNow(): { readonly now: PayNow; readonly reach: () => void } {
  const wallet = useWallet();
  const can = wallet.state.value?.canPayOffline;
  const connection = wallet.connection.value;
  const fresh = connection.kind === 'reached' && wallet.clock.nowMs() - connection.atMs < FRESH_MS;
  const reach = () =>
    void wallet.engine().then(
      ({ refresh }) => refresh(),
      () => wallet.connection.tell({ kind: 'silence', atMs: wallet.clock.nowMs() }),
    );
  const mustReach = can !== true && !fresh;
  useEffect(() => {
    if (mustReach) reach();
  }, [mustReach]);
  if (can === true || fresh) return { now: 'may', reach };
  if (connection.kind !== 'silent') return { now: 'reaching', reach };
  return { now: can === false ? 'cannot' : 'untried', reach };
}
