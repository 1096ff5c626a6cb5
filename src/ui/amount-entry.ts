/** Owns what an amount looks like while it is being typed: plain text with one point, never a number. */
import { MAX_AMOUNT_MINOR, parseAmountText } from '#protocol/amount.ts';

export type EntryKey = '0' | '1' | '2' | '3' | '4' | '5' | '6' | '7' | '8' | '9' | '.' | 'erase';

/** The text after a key. A key that would make it unreadable or too large changes nothing. */
export function pressKey(text: string, key: EntryKey, exponent: number): string {
  if (key === 'erase') return text.slice(0, -1);
  if (key === '.') {
    if (exponent === 0 || text.includes('.')) return text;
    return `${text === '' ? '0' : text}.`;
  }
  const next = text === '0' ? key : text + key;
  const decimals = next.split('.')[1] ?? '';
  if (decimals.length > exponent) return text;
  return entryMinor(next, exponent) > MAX_AMOUNT_MINOR ? text : next;
}

/** What stands there in minor units; nothing typed is zero. */
export function entryMinor(text: string, exponent: number): bigint {
  if (text === '') return 0n;
  const read = parseAmountText(text, exponent, { zeroAllowed: true });
  return read.ok ? read.value : MAX_AMOUNT_MINOR + 1n;
}

const KEYS: Readonly<Record<string, EntryKey>> = { Backspace: 'erase', ',': '.', '٫': '.' };

/** What a key of a keyboard means; digits of other scripts count as digits. */
export function keyOf(pressed: string): EntryKey | undefined {
  if (/^[0-9.]$/.test(pressed)) return pressed as EntryKey;
  const eastern = '٠١٢٣٤٥٦٧٨٩'.indexOf(pressed);
  if (pressed.length === 1 && eastern >= 0) return String(eastern) as EntryKey;
  return KEYS[pressed];
}
