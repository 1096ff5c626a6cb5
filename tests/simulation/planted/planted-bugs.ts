// The whole list.
import type { PlantedBug } from './planted-bug.ts';
import { SERVER_BUGS } from './server-bugs.ts';
import { STORAGE_BUGS } from './storage-bugs.ts';
import { WALLET_BUGS } from './wallet-bugs.ts';

export const PLANTED_BUGS: readonly PlantedBug[] = [
  ...STORAGE_BUGS,
  ...WALLET_BUGS,
  ...SERVER_BUGS,
];
