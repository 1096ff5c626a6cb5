// The rules for every decoder: refusals are values, work and answers are bounded by the input, and what
// is accepted has one writing.
import type { Bytes } from '#protocol/bytes.ts';
import { blockCounts } from './block-counts.ts';
import { type Decoder, fromText, textOf } from './decoder.ts';

/** Blocks run for an input: far above what any needs, far below what a person would wait for. */
export const workMax = (length: number) => 150_000 + 2_000 * length;
/** Parts and bytes that an answer may hold. */
const sizeMax = (length: number) => 8_192 + 64 * length;
/** At once, whatever becomes of them: an announced length must not be believed. */
const MEMORY_BYTES_MAX = 64 * 1024 * 1024;

/** Bytes, characters and parts of a value. */
function sizeOf(value: unknown): number {
  if (typeof value === 'string') return 1 + value.length;
  if (typeof value !== 'object' || value === null) return 1;
  if (ArrayBuffer.isView(value)) return 1 + value.byteLength;
  const parts = value instanceof Map ? [...value.entries()].flat() : Object.values(value);
  return parts.reduce<number>((sum, part) => sum + sizeOf(part), 1);
}

const hexOf = (written: Bytes | string) =>
  typeof written === 'string' ? JSON.stringify(written) : Buffer.from(written).toString('hex');

function isSame(written: Bytes | string, input: Bytes): boolean {
  return typeof written === 'string'
    ? written === textOf(input)
    : Buffer.from(written).equals(input);
}

async function rewritingFault(decoder: Decoder, value: unknown, input: Bytes) {
  const written = decoder.encode?.(value);
  if (written === undefined) return undefined;
  if (!decoder.lenient) {
    return isSame(written, input) ? undefined : `written again it is ${hexOf(written)}`;
  }
  const bytes = typeof written === 'string' ? fromText(written) : written;
  const again = await decoder.decode(bytes);
  if (again === undefined) return `written again it is refused: ${hexOf(written)}`;
  const twice = decoder.encode?.(again) ?? '';
  return isSame(twice, bytes) ? undefined : `written twice it changes: ${hexOf(twice)}`;
}

const memoryBytes = () => process.memoryUsage().arrayBuffers;

/** What is wrong with how this input was taken; undefined when nothing is. */
export async function faultOf(decoder: Decoder, input: Bytes): Promise<string | undefined> {
  blockCounts.begin(workMax(input.length));
  // A copy: a decoder that changes what it was given would change what is looked at after it.
  const given = input.slice();
  let value: unknown;
  try {
    const answer = decoder.decode(given);
    value = answer instanceof Promise ? await answer : answer;
  } catch (error) {
    return `it throws: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`;
  }
  if (!Buffer.from(given).equals(input)) return 'it changes its input';
  if (value === undefined) return undefined;
  if (sizeOf(value) > sizeMax(input.length)) return `its answer has ${sizeOf(value)} parts`;
  try {
    return await rewritingFault(decoder, value, input);
  } catch (error) {
    return `writing it again throws: ${error instanceof Error ? error.stack : String(error)}`;
  }
}

/** Runs what decodes many inputs, and says when that took more memory than they could need. */
export async function memoryFault(run: () => Promise<void>): Promise<string | undefined> {
  const before = memoryBytes();
  await run();
  const taken = memoryBytes() - before;
  return taken > MEMORY_BYTES_MAX ? `it takes ${taken} bytes of memory` : undefined;
}
