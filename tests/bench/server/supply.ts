/** Owns the stock of signed authorizations: in segments on disk, so that one run signs for the next. */
import fs from 'node:fs';
import { availableParallelism } from 'node:os';
import path from 'node:path';
import { type Folder, type Part, startPart } from './parts.ts';
import type { Kind, SignJob } from './signer.ts';

/** A multiple of every batch size, so that no batch crosses from one into the next. */
export const SEGMENT = 20_000;
/** Well before their orders expire. */
const KEPT_MS = 14 * 24 * 60 * 60 * 1000;

export const segmentFile = (folder: string, kind: Kind, segment: number) =>
  path.join(folder, `${kind}-${segment}.signed`);

function isUsable(file: string): boolean {
  const found = fs.statSync(file, { throwIfNoEntry: false });
  return found !== undefined && Date.now() - found.mtimeMs < KEPT_MS;
}

/** Signs what is missing of the first `count` authorizations, on all processors. */
export async function ensureSupply(
  here: Folder,
  folder: string,
  kind: Kind,
  count: number,
  say: (line: string) => void,
): Promise<void> {
  const jobs: SignJob[] = [];
  for (let segment = 0; segment * SEGMENT < count; segment++) {
    const file = segmentFile(folder, kind, segment);
    const from = segment * SEGMENT;
    if (!isUsable(file)) jobs.push({ folder, kind, from, count: SEGMENT, file });
  }
  if (jobs.length === 0) return;
  say(`signing ${jobs.length * SEGMENT} payments…`);
  const startedMs = performance.now();
  const lanes = Math.min(availableParallelism(), jobs.length);
  const work = async (signer: Part) => {
    for (let job = jobs.shift(); job; job = jobs.shift()) await signer.ask(job);
    signer.stop();
  };
  const signers = await Promise.all(
    Array.from({ length: lanes }, () => startPart(here, 'signer.ts')),
  );
  await Promise.all(signers.map(work));
  say(`signed in ${((performance.now() - startedMs) / 1000).toFixed(1)} s`);
}

type Segment = { readonly bytes: Buffer; readonly ends: Uint32Array };

export type SupplyRange = {
  readonly folder: string;
  readonly kind: Kind;
  readonly from: number;
  readonly end: number;
};

/** Takes bodies out of the stock, each a CBOR sequence of `batch` authorizations. */
export class SupplyReader {
  readonly #folder: string;
  readonly #kind: Kind;
  #next: number;
  readonly #end: number;
  readonly #from: number;
  readonly #isEndless: boolean;
  #furthest = 0;
  #segment = -1;
  #open: Segment | undefined;

  /** Endless begins again from the front when all is taken. */
  constructor(range: SupplyRange, isEndless = false) {
    this.#folder = range.folder;
    this.#kind = range.kind;
    this.#from = range.from;
    this.#next = range.from;
    this.#end = range.end;
    this.#isEndless = isEndless;
  }

  /** Where the stock has not been touched. */
  get next(): number {
    return Math.max(this.#next, this.#furthest);
  }

  /** Whether what is taken now was taken before. */
  get isRepeating(): boolean {
    return this.#furthest > 0;
  }

  /** Undefined when the stock is used up. */
  take(batch: number): Buffer | undefined {
    if (this.#next % batch !== 0) this.#next += batch - (this.#next % batch);
    if (this.#next + batch > this.#end && this.#isEndless) {
      this.#next = this.#from;
      this.#furthest = this.#end;
    }
    const first = this.#next;
    if (first + batch > this.#end) return undefined;
    const { bytes, ends } = this.#load(Math.floor(first / SEGMENT));
    this.#next += batch;
    const at = first % SEGMENT;
    return bytes.subarray(at === 0 ? 0 : ends[at - 1], ends[at + batch - 1]);
  }

  #load(segment: number): Segment {
    if (this.#open && this.#segment === segment) return this.#open;
    const whole = fs.readFileSync(segmentFile(this.#folder, this.#kind, segment));
    const endsLength = SEGMENT * Uint32Array.BYTES_PER_ELEMENT;
    this.#open = {
      // Copied, so that the numbers are aligned.
      ends: new Uint32Array(new Uint8Array(whole.subarray(0, endsLength)).buffer),
      bytes: whole.subarray(endsLength),
    };
    this.#segment = segment;
    return this.#open;
  }
}
