/** Owns what the server needs from the world besides its database: time, chance, and a name for its absence. */
import { randomBytes } from 'node:crypto';
import type { Bytes } from '#protocol/bytes.ts';

export type Clock = { nowMs(): number };

export type Random = { bytes(length: number): Bytes };

export const systemClock: Clock = { nowMs: () => Date.now() };

export const systemRandom: Random = { bytes: (length) => new Uint8Array(randomBytes(length)) };

/** Thrown by what cannot answer now (the database is away): 503 over HTTP, and never a verdict. */
export class Unavailable extends Error {
  override readonly name = 'Unavailable';
}
