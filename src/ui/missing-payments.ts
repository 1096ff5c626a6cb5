/** Owns what a phone that has just been signed in hears of the others: payments approved there that never came. */
import { signal } from '@preact/signals';
import type { AccountApi } from '#device/account-api.ts';
import type { DeviceGap } from '#protocol/wire-offline.ts';

const elsewhere = signal(0);

export const missingElsewhere = (): number => elsewhere.value;

export function missingOf(gaps: readonly DeviceGap[], device: number): number {
  return gaps
    .filter((gap) => gap.device === device)
    .reduce((sum, { firstSeq, lastSeq }) => sum + lastSeq - firstSeq + 1, 0);
}

/** Whoever signs in may have lost the phone, or what it stored: this is when to be told. */
export async function lookForMissing(api: AccountApi): Promise<void> {
  const answer = await api.readDeviceGaps();
  if (!answer.ok) return;
  const { gaps } = answer.value;
  const devices = new Set(gaps.map(({ device }) => device));
  elsewhere.value = [...devices].reduce((sum, device) => sum + missingOf(gaps, device), 0);
}

export function missingWasSeen(): void {
  elsewhere.value = 0;
}
