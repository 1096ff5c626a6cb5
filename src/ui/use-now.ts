/** Owns components that change as time passes: what is good until a moment must stop being so by itself. */
import { useEffect, useState } from 'preact/hooks';
import { useWallet } from './wallet-context.ts';

export function useNow(periodMs: number): number {
  const { clock } = useWallet();
  const [nowMs, setNowMs] = useState(() => clock.nowMs());
  useEffect(() => {
    const timer = setInterval(() => setNowMs(clock.nowMs()), periodMs);
    return () => clearInterval(timer);
  }, [clock, periodMs]);
  return nowMs;
}
