/** Owns the French texts of: scan. */
import type { enScan } from '../en/scan.ts';
import type { Translation } from '../message.ts';

export const frScan: Translation<typeof enScan> = {};
