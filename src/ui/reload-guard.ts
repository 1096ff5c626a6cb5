/** Owns whether the page may be reloaded: never in the middle of something that only its memory holds. */
import { signal } from '@preact/signals';

const holds = signal(0);

/** Holds the page until the answer is called. Calling it again does nothing. */
export function holdReload(): () => void {
  holds.value += 1;
  let held = true;
  return () => {
    if (held) holds.value -= 1;
    held = false;
  };
}

export function mayReload(): boolean {
  return holds.value === 0;
}
