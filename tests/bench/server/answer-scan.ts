/** Owns the quick look at an answer to an upload: how many receipts and how many refusals it holds. */

export type Scanned = { readonly receipts: number; readonly refusals: number };

/** Walks over CBOR of definite length without making anything of it (RFC 8949 §3). */
class Walker {
  at = 0;
  readonly #bytes: Uint8Array;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  /** Reads a head; answers its argument. */
  head(): number {
    const first = this.#byte();
    let more = first & 31;
    if (more < 24) return more;
    if (more > 26) throw new Error('an answer of another form');
    more = 1 << (more - 24);
    let value = 0;
    for (let i = 0; i < more; i++) value = value * 256 + this.#byte();
    return value;
  }

  major(): number {
    return (this.#bytes[this.at] ?? 0) >>> 5;
  }

  skip(): void {
    const major = this.major();
    const argument = this.head();
    if (major === 2 || major === 3) this.at += argument;
    else if (major === 4) for (let i = 0; i < argument; i++) this.skip();
    else if (major > 4) throw new Error('an answer of another form');
  }

  array(): number {
    if (this.major() !== 4) throw new Error('an answer of another form');
    return this.head();
  }

  #byte(): number {
    const byte = this.#bytes[this.at++];
    if (byte === undefined) throw new Error('an answer cut short');
    return byte;
  }
}

/** `[groups, items]`, each item beginning with 0 member, 1 receipt or 2 refusal. */
export function scanAnswer(bytes: Uint8Array): Scanned {
  const walker = new Walker(bytes);
  if (walker.array() !== 2) throw new Error('an answer of another form');
  walker.skip();
  const count = walker.array();
  let refusals = 0;
  for (let i = 0; i < count; i++) {
    const length = walker.array();
    if (walker.head() === 2) refusals++;
    for (let field = 1; field < length; field++) walker.skip();
  }
  return { receipts: count - refusals, refusals };
}
