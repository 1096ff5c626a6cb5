/** Owns base45 (RFC 9285), the text that QR alphanumeric mode carries best; checked strictly. */
import type { Bytes } from './bytes.ts';

const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:';

export function toBase45(bytes: Uint8Array): string {
  let text = '';
  for (let i = 0; i < bytes.length; i += 2) {
    const pair = i + 1 < bytes.length;
    let value = pair ? (bytes[i] ?? 0) * 256 + (bytes[i + 1] ?? 0) : (bytes[i] ?? 0);
    for (let k = 0; k < (pair ? 3 : 2); k++) {
      text += ALPHABET.charAt(value % 45);
      value = (value / 45) >> 0;
    }
  }
  return text;
}

/** Answers null unless every group is one that the encoder makes (RFC 9285 §4 and §6). */
export function fromBase45(text: string): Bytes | null {
  if (text.length % 3 === 1) return null;
  const bytes: number[] = [];
  for (let i = 0; i < text.length; i += 3) {
    const group = [...text.slice(i, i + 3)].map((character) => ALPHABET.indexOf(character));
    const [low = -1, middle = -1, high = 0] = group;
    if (group.includes(-1)) return null;
    const value = low + middle * 45 + high * 2025;
    if (group.length === 3) {
      if (value > 0xffff) return null;
      bytes.push(value >> 8, value & 0xff);
    } else {
      if (value > 0xff) return null;
      bytes.push(value);
    }
  }
  return Uint8Array.from(bytes);
}
