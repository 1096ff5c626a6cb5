/** Owns whose turn it is among the codes of one text: by itself, or by a tap where motion is not wanted. */
import { useEffect, useState } from 'preact/hooks';

/** A camera that reads ten pictures a second sees each part more than once. */
const TURN_MS = 333;

export type CodeTurn = {
  /** From 0. */
  readonly place: number;
  /** There only where parts do not turn by themselves. */
  readonly next?: () => void;
};

function wantsStillness(): boolean {
  return matchMedia('(prefers-reduced-motion: reduce)').matches;
}

export function useCodeTurn(count: number): CodeTurn {
  const [place, setPlace] = useState(0);
  const [still, setStill] = useState(wantsStillness);
  useEffect(() => {
    const wish = matchMedia('(prefers-reduced-motion: reduce)');
    const follow = () => setStill(wish.matches);
    wish.addEventListener('change', follow);
    return () => wish.removeEventListener('change', follow);
  }, []);
  const next = () => setPlace((before) => (before + 1) % count);
  useEffect(() => {
    setPlace(0);
    if (count < 2 || still) return;
    const timer = setInterval(() => setPlace((before) => (before + 1) % count), TURN_MS);
    return () => clearInterval(timer);
  }, [count, still]);
  return count > 1 && still ? { place, next } : { place };
}
