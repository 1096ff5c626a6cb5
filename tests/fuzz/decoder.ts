// What a fuzzed decoder is, and how bytes stand for the texts and JSON that some of them read.
import type { Bytes } from '#protocol/bytes.ts';
import type { Outcome } from '#protocol/refusals.ts';

/** How inputs are built, so that a changed one still passes the outermost checks. */
export type Form = 'bytes' | 'cbor' | 'text' | 'json' | 'emv';

export type Decoder<T = unknown> = {
  readonly name: string;
  readonly form: Form;
  /** Inputs to begin with: those of tests and vectors, good and bad. */
  readonly samples: readonly Bytes[];
  /** Undefined when it refuses. Whatever it throws is a fault. */
  decode(input: Bytes): T | undefined | Promise<T | undefined>;
  /** What was accepted, written again: the very same bytes, or the text that they stand for. */
  encode?(value: T): Bytes | string;
  /** There are several writings of one value: then what is written again reads as the same. */
  readonly lenient?: boolean;
};

/** Keeps the type of what is decoded between the two functions. */
export const decoder = <T>(made: Decoder<T>): Decoder => made as Decoder;

export const accepted = <T>(outcome: Outcome<T>): T | undefined =>
  outcome.ok ? outcome.value : undefined;

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Bytes that are not UTF-8 stand for a text with lone surrogates: strings may hold those too. */
export function textOf(input: Uint8Array): string {
  try {
    return utf8.decode(input);
  } catch {
    return Array.from(input, (byte) =>
      String.fromCharCode(byte < 0x80 ? byte : 0xd780 + byte),
    ).join('');
  }
}

export function fromText(text: string): Bytes {
  return Uint8Array.from(Buffer.from(text));
}

export const fromJson = (value: unknown): Bytes => fromText(JSON.stringify(value));

/** Undefined when it is no JSON at all, which is not the decoder's business. */
export function jsonOf(input: Uint8Array): { readonly json: unknown } | undefined {
  try {
    return { json: JSON.parse(textOf(input)) };
  } catch {
    return undefined;
  }
}
