/** Owns whether a new version waits to be used; taking it is the person's choice. */
import { signal } from '@preact/signals';
import { mayReload } from './reload-guard.ts';

const taker = signal<(() => void) | undefined>(undefined);

export function offerUpdate(take: () => void): void {
  taker.value = take;
}

export function updateOffered(): boolean {
  return taker.value !== undefined;
}

/** Reloads into the new version, unless something that only memory holds would be lost. */
export function takeUpdate(): void {
  if (mayReload()) taker.peek()?.();
}
