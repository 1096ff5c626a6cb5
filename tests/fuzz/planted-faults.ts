// Decoders with a fault each, behind what chance alone does not pass: what the guided run must find.
import { type Decoder, decoder } from './decoder.ts';

const samples = [new Uint8Array(8)];

/** One in four thousand million inputs reaches what it guards; compared one after another, as decoders do. */
function isDeep(input: Uint8Array): boolean {
  if (input[0] !== 0xc0) return false;
  if (input[1] !== 0x0f) return false;
  if (input[2] !== 0xfe) return false;
  return input[3] === 0xe5 && input.length > 4;
}

const reading = (name: string, decode: (input: Uint8Array) => Uint8Array | undefined): Decoder =>
  decoder({
    name,
    form: 'bytes',
    samples,
    decode: (input) => (isDeep(input) ? decode(input) : undefined),
    encode: (value) => Uint8Array.from(value),
  });

export const plantedFaults: readonly (Decoder & { readonly says: RegExp })[] = [
  {
    ...reading('throws', () => {
      throw new TypeError('a bug');
    }),
    says: /throws: TypeError: a bug/,
  },
  {
    ...reading('runs on', (input) => {
      for (let at = 0; at < input.length; ) at += input.length < 5 ? 1 : 0;
      return input;
    }),
    says: /throws: RunsOn/,
  },
  {
    ...reading('has two writings', (input) => Uint8Array.of(...input.subarray(0, 4), 0)),
    says: /written again it is c00ffee500/,
  },
  {
    ...reading('believes a length', (input) => {
      const bytes = new Uint8Array(100_000_000);
      bytes.set(input);
      return bytes.slice(0, input.length);
    }),
    says: /bytes of memory/,
  },
  {
    ...reading('changes its input', (input) => input.fill(0)),
    says: /changes its input/,
  },
];
