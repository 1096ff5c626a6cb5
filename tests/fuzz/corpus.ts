// The committed inputs: one file for each decoder, an input a line, in hexadecimal.
import fs from 'node:fs';
import path from 'node:path';
import type { Bytes } from '#protocol/bytes.ts';

/** `corpus`: what reaches new blocks. `faults`: what once was a fault, kept for ever. */
export type Kept = 'corpus' | 'faults';

export type Corpus = {
  readonly read: (kept: Kept, decoder: string) => Bytes[];
  /** Writes exactly these, shortest first. */
  readonly write: (kept: Kept, decoder: string, inputs: readonly Bytes[]) => void;
  /** The decoders that have a file. */
  readonly names: (kept: Kept) => string[];
};

export function openCorpus(folder: string): Corpus {
  const fileOf = (kept: Kept, decoder: string) => path.join(folder, kept, `${decoder}.txt`);
  function linesOf(kept: Kept, decoder: string): string[] {
    const file = fileOf(kept, decoder);
    if (!fs.existsSync(file)) return [];
    // An empty input is an empty line, and the last line has an end.
    return fs.readFileSync(file, 'utf8').split('\n').slice(0, -1);
  }
  return {
    read: (kept, decoder) =>
      linesOf(kept, decoder).map((line) => Uint8Array.from(Buffer.from(line, 'hex'))),
    write(kept, decoder, inputs) {
      const lines = new Set(inputs.map((input) => Buffer.from(input).toString('hex')));
      if (lines.size === 0) return;
      const sorted = [...lines].sort((a, b) => a.length - b.length || (a < b ? -1 : 1));
      fs.mkdirSync(path.join(folder, kept), { recursive: true });
      fs.writeFileSync(fileOf(kept, decoder), `${sorted.join('\n')}\n`);
    },
    names: (kept) =>
      fs.existsSync(path.join(folder, kept))
        ? fs.readdirSync(path.join(folder, kept)).map((file) => path.basename(file, '.txt'))
        : [],
  };
}
