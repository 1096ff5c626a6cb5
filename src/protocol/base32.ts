/** Owns the text form of ids: Crockford's base32, upper case, no padding, no check symbol. */
import type { Bytes } from './bytes.ts';

const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

/** 16 bytes → 26 characters, 10 → 16, 5 → 8. */
export function toBase32(bytes: Uint8Array): string {
  let text = '';
  let held = 0;
  let bits = 0;
  for (const byte of bytes) {
    held = (held << 8) | byte;
    bits += 8;
    while (bits >= 5) {
      bits -= 5;
      text += ALPHABET.charAt((held >> bits) & 31);
    }
    held &= (1 << bits) - 1;
  }
  return bits === 0 ? text : text + ALPHABET.charAt((held << (5 - bits)) & 31);
}

/**
 * Strict about length and unused bits; lenient as Crockford asks where people type:
 * lower case is read, I and L as 1, O as 0. Answers null for anything else.
 */
export function fromBase32(text: string, length: number): Bytes | null {
  if (text.length !== ((length * 8 + 4) / 5) >> 0) return null;
  // Upper case turns some letters of other alphabets into ours (ſ, ı, ß), so they are refused before it.
  if (!/^[0-9A-Za-z]*$/.test(text)) return null;
  const bytes = new Uint8Array(length);
  let held = 0;
  let bits = 0;
  let offset = 0;
  for (const raw of text.toUpperCase().replaceAll(/[IL]/g, '1').replaceAll('O', '0')) {
    const value = ALPHABET.indexOf(raw);
    if (value < 0) return null;
    held = (held << 5) | value;
    bits += 5;
    if (bits >= 8) {
      bits -= 8;
      bytes[offset++] = (held >> bits) & 0xff;
    }
    held &= (1 << bits) - 1;
  }
  return held === 0 ? bytes : null;
}
