/** Owns asking the server again and again while somebody waits for an answer; live updates may be dead unseen. */
import { useEffect } from 'preact/hooks';
import { useWallet } from './wallet-context.ts';

// Live updates carry the news within a second; this is for when they do not.
const PERIOD_MS = 8_000;
const SILENT_PERIOD_MS = 4_000;

export function usePolling(active: boolean): void {
  const wallet = useWallet();
  useEffect(() => {
    if (!active) return;
    let timer: ReturnType<typeof setTimeout> | undefined;
    let over = false;
    const ask = async () => {
      if (document.visibilityState === 'visible') {
        await wallet.engine().then(
          (engine) => engine.refresh(),
          () => undefined,
        );
      }
      if (over) return;
      const silent = wallet.connection.value.kind === 'silent';
      timer = setTimeout(() => void ask(), silent ? SILENT_PERIOD_MS : PERIOD_MS);
    };
    void ask();
    return () => {
      over = true;
      clearTimeout(timer);
    };
  }, [wallet, active]);
}
