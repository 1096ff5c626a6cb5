/** Owns the French texts of: receive. */
import type { enReceive } from '../en/receive.ts';
import type { Translation } from '../message.ts';

export const frReceive: Translation<typeof enReceive> = {};
