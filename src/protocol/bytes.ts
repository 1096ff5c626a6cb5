/** Owns byte strings: comparing, joining, and their base64url, hexadecimal and UTF-8 texts. */

export type Bytes = Uint8Array<ArrayBuffer>;

export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  let difference = 0;
  for (let i = 0; i < a.length; i++) difference |= (a[i] ?? 0) ^ (b[i] ?? 0);
  return difference === 0;
}

export function concatBytes(...parts: readonly Uint8Array[]): Bytes {
  const joined = new Uint8Array(parts.reduce((total, part) => total + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    joined.set(part, offset);
    offset += part.length;
  }
  return joined;
}

const BASE64URL = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';

/** RFC 4648 §5 without padding. */
export function toBase64url(bytes: Uint8Array): string {
  let text = '';
  let held = 0;
  let bits = 0;
  for (let i = 0; i < bytes.length; i++) {
    held = ((held << 8) | (bytes[i] ?? 0)) & 0xffff;
    for (bits += 8; bits >= 6; bits -= 6) text += BASE64URL[(held >> (bits - 6)) & 63];
  }
  return bits > 0 ? text + BASE64URL[(held << (6 - bits)) & 63] : text;
}

/** Strict: no padding, no other characters, unused bits zero. Answers null otherwise. */
export function fromBase64url(text: string): Bytes | null {
  if (text.length % 4 === 1) return null;
  const bytes = new Uint8Array((text.length * 3) >> 2);
  let bits = 0;
  let held = 0;
  let length = 0;
  for (const character of text) {
    const value = BASE64URL.indexOf(character);
    if (value < 0) return null;
    held = ((held << 6) | value) & 0xffff;
    bits += 6;
    if (bits >= 8) {
      bits -= 8;
      bytes[length++] = (held >> bits) & 0xff;
    }
  }
  return (held & ((1 << bits) - 1)) === 0 ? bytes : null;
}

export function toHex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** UTF-8 (RFC 3629); a lone surrogate becomes U+FFFD, as TextEncoder does. */
export function toUtf8(text: string): Bytes {
  // Most texts are ASCII and as long as their bytes; a longer array would be cut, which costs another.
  let bytes = new Uint8Array(text.length);
  let length = 0;
  for (let i = 0; i < text.length; i++) {
    let point = text.charCodeAt(i);
    if (point < 0x80) {
      bytes[length++] = point;
      continue;
    }
    if (bytes.length === text.length) bytes = copyInto(new Uint8Array(text.length * 3), bytes);
    if (point >> 11 === 0x1b) {
      point = text.codePointAt(i) ?? 0;
      if (point < 0x10000) point = 0xfffd;
      else i++;
    }
    const size = point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
    bytes[length++] = ((0xf00 >> size) & 0xff) | (point >> (6 * (size - 1)));
    for (let k = size - 2; k >= 0; k--) bytes[length++] = 0x80 | ((point >> (6 * k)) & 63);
  }
  return length === bytes.length ? bytes : bytes.slice(0, length);
}

function copyInto(larger: Bytes, bytes: Bytes): Bytes {
  larger.set(bytes);
  return larger;
}

const LEAST_POINT = [0, 0, 0x80, 0x800, 0x10000];

/** Strict UTF-8: overlong forms, surrogates and stray bytes answer null. */
export function fromUtf8(bytes: Uint8Array): string | null {
  let text = '';
  for (let i = 0; i < bytes.length; ) {
    const first = bytes[i] ?? 0;
    const size =
      first < 0x80 ? 1 : first >> 5 === 6 ? 2 : first >> 4 === 14 ? 3 : first >> 3 === 30 ? 4 : 0;
    if (size === 0 || i + size > bytes.length) return null;
    let point = size === 1 ? first : first & (0xff >> (size + 1));
    for (let k = 1; k < size; k++) {
      const next = bytes[i + k] ?? 0;
      if (next >> 6 !== 2) return null;
      point = (point << 6) | (next & 63);
    }
    if (size > 1 && point < (LEAST_POINT[size] ?? 0)) return null;
    if (point > 0x10ffff || (point >= 0xd800 && point <= 0xdfff)) return null;
    text += String.fromCodePoint(point);
    i += size;
  }
  return text;
}
