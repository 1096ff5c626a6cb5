/** Owns whether a new version waits to be used, which is the person's choice, or could not be had whole. */
import { signal } from '@preact/signals';
import { mayReload } from './reload-guard.ts';

const taker = signal<(() => void) | undefined>(undefined);

export function offerUpdate(take: () => void): void {
  taker.value = take;
}

const failed = signal(false);

/** Told of each new version once it is whole or has failed: the one before stays in charge (F17). */
export function tellUpdateEnd(isWhole: boolean): void {
  failed.value = !isWhole;
}

export function updateFailed(): boolean {
  return failed.value;
}

export function updateOffered(): boolean {
  return taker.value !== undefined;
}

/** Reloads into the new version, unless something that only memory holds would be lost. */
export function takeUpdate(): void {
  if (mayReload()) taker.peek()?.();
}
