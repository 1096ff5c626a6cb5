/** Owns telling listeners what changed on screen by itself: one polite live region for the whole app. */
import { signal } from '@preact/signals';

export const announced = signal('');

/** Said by then; who reads on later must not find it on another screen. */
const SAID_MS = 10_000;
let clearing: ReturnType<typeof setTimeout> | undefined;

export function announce(text: string): void {
  clearTimeout(clearing);
  clearing = setTimeout(() => {
    announced.value = '';
  }, SAID_MS);
  // The same words twice in a row would not be read again without a difference.
  announced.value = announced.peek() === text ? `${text}\u00a0` : text;
}
