/** Owns keeping the screen on and lit while somebody else's phone has to read it. */
import { useEffect } from 'preact/hooks';

/** A wake lock ends whenever the page is hidden, so it is asked for again each time it is shown. */
export function useAwake(active: boolean): void {
  useEffect(() => {
    if (!active || !('wakeLock' in navigator)) return;
    let held: WakeLockSentinel | undefined;
    let over = false;
    const hold = async () => {
      if (document.visibilityState !== 'visible') return;
      try {
        const lock = await navigator.wakeLock.request('screen');
        if (over) await lock.release();
        else held = lock;
      } catch {
        // Refused when the battery is low: then the screen dims as it always does.
      }
    };
    const again = () => void hold();
    again();
    document.addEventListener('visibilitychange', again);
    return () => {
      over = true;
      document.removeEventListener('visibilitychange', again);
      void held?.release().catch(() => undefined);
    };
  }, [active]);
}
