/** Owns what a person can do about storage that will not open: close another tab, or take the new version. */
import { signal } from '@preact/signals';
import type { DatabaseTrouble } from '#device/database.ts';
import { offerUpdate } from './update-offer.ts';

const blocked = signal(false);

/** Another tab holds an older schema open: only closing it helps. */
export function storageBlocked(): boolean {
  return blocked.value;
}

/** A lost connection is opened again by itself and needs nobody. */
export function hearStorageTrouble(trouble: DatabaseTrouble): void {
  if (trouble === 'blocked') blocked.value = true;
  // A newer wallet in another tab has taken the database: this page can only be reloaded into it.
  if (trouble === 'superseded') offerUpdate(() => location.reload());
}
