/** Owns telling listeners what changed on screen by itself: one polite live region for the whole app. */
import { signal } from '@preact/signals';

export const announced = signal('');

export function announce(text: string): void {
  // The same words twice in a row would not be read again without a difference.
  announced.value = announced.peek() === text ? `${text}\u00a0` : text;
}
