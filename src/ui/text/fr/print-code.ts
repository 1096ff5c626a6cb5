/** Owns the French texts of: print-code. */
import type { enPrintCode } from '../en/print-code.ts';
import type { Translation } from '../message.ts';

export const frPrintCode: Translation<typeof enPrintCode> = {};
