/** Owns the short buzz that goes with news; not before a person has touched the page, when browsers refuse it aloud. */

export function buzz(pattern: number | number[]): void {
  if (navigator.userActivation?.hasBeenActive !== false) navigator.vibrate?.(pattern);
}
