/** Owns opening the phone's storage: a chunk of its own, which a new visitor's first screen does without. */
import { openWalletDatabase } from '#device/database.ts';
import { createPaymentStore } from '#device/payment-store.ts';
import type { WalletStore } from '#wallet/ports.ts';
import { hearStorageTrouble } from './storage-trouble.ts';

export function openPhoneStorage(): WalletStore {
  return createPaymentStore(openWalletDatabase({ onTrouble: hearStorageTrouble }));
}
