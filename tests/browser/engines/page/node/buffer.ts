// Node's Buffer as far as the suites use it, for engines that have none.
import { fromBase64url, toBase64url, toHex } from '#protocol/bytes.ts';

type Encoding = 'hex' | 'base64url' | 'base64' | 'utf8';

function bytesOf(text: string, encoding: Encoding): ArrayLike<number> {
  if (encoding === 'hex') return (text.match(/../g) ?? []).map((pair) => Number.parseInt(pair, 16));
  if (encoding === 'utf8') return new TextEncoder().encode(text);
  const plain = text.replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '');
  return fromBase64url(plain) ?? [];
}

export class PageBytes extends Uint8Array<ArrayBuffer> {
  writeUInt32BE(value: number, offset = 0): number {
    new DataView(this.buffer, this.byteOffset).setUint32(offset, value);
    return offset + 4;
  }

  override toString(encoding: Encoding = 'utf8'): string {
    if (encoding === 'hex') return toHex(this);
    if (encoding === 'utf8') return new TextDecoder().decode(this);
    const text = toBase64url(this);
    if (encoding === 'base64url') return text;
    return text.replaceAll('-', '+').replaceAll('_', '/') + '='.repeat(-text.length & 3);
  }
}

function bufferOf(source: string | ArrayLike<number>, encoding: Encoding = 'utf8'): PageBytes {
  const bytes = typeof source === 'string' ? bytesOf(source, encoding) : source;
  const made = new PageBytes(new ArrayBuffer(bytes.length));
  made.set(bytes);
  return made;
}

function compare(a: Uint8Array, b: Uint8Array): number {
  for (let at = 0; at < Math.min(a.length, b.length); at++) {
    const difference = (a[at] ?? 0) - (b[at] ?? 0);
    if (difference !== 0) return Math.sign(difference);
  }
  return Math.sign(a.length - b.length);
}

export const PageBuffer = {
  from: bufferOf,
  alloc: (length: number, fill = 0) => new PageBytes(new ArrayBuffer(length)).fill(fill),
  concat: (parts: readonly Uint8Array[]) => bufferOf(parts.flatMap((part) => [...part])),
  compare,
  // Who asks whether something is a Buffer must get an answer.
  [Symbol.hasInstance]: (value: unknown) => value instanceof PageBytes,
};

Object.assign(globalThis, { Buffer: PageBuffer, process: { env: {} } });
