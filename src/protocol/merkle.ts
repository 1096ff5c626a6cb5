/** Owns the Merkle tree of RFC 9162 §2.1: one root for a group of leaves, a short path for each. */

import type { Bytes } from './bytes.ts';
import { sha256 } from './sha256.ts';

/** 2^8: so a path never has more than eight hashes. */
export const LEAVES_MAX = 256;

let leafBytes = new Uint8Array(256);

export function leafHash(leaf: Uint8Array): Bytes {
  if (leaf.length >= leafBytes.length) leafBytes = new Uint8Array(2 * leaf.length);
  leafBytes.set(leaf, 1);
  return sha256(leafBytes.subarray(0, leaf.length + 1));
}

const nodeBytes = Uint8Array.of(1, ...new Uint8Array(64));

function nodeHash(left: Uint8Array, right: Uint8Array): Bytes {
  nodeBytes.set(left, 1);
  nodeBytes.set(right, 33);
  return sha256(nodeBytes);
}

/** The largest power of two below `size` (size ≥ 2). */
function splitPoint(size: number): number {
  let split = 1;
  while (split * 2 < size) split *= 2;
  return split;
}

export type MerkleTree = {
  /** RFC 9162 §2.1.1 */
  readonly root: Bytes;
  /** For each leaf the sibling hashes up to the root (RFC 9162 §2.1.3.1). */
  readonly paths: readonly Bytes[][];
};

/** Of leaf hashes, of which there is at least one: each hash is made once. */
export function merkleTree(hashes: readonly Bytes[]): MerkleTree {
  const paths: Bytes[][] = hashes.map(() => []);
  function rootOf(start: number, end: number): Bytes {
    const only = hashes[start];
    if (!only) throw new RangeError('a tree has at least one leaf');
    if (end - start === 1) return only;
    const middle = start + splitPoint(end - start);
    const left = rootOf(start, middle);
    const right = rootOf(middle, end);
    for (let i = start; i < end; i++) paths[i]?.push(i < middle ? right : left);
    return nodeHash(left, right);
  }
  return { root: rootOf(0, hashes.length), paths };
}

/** Root over the leaf hashes. */
export function merkleRoot(hashes: readonly Bytes[]): Bytes {
  return merkleTree(hashes).root;
}

/** The root that a path leads to, or null when the path has the wrong length for its tree (§2.1.3.2). */
export function rootFromPath(
  leaf: Bytes,
  index: number,
  size: number,
  path: readonly Uint8Array[],
): Bytes | null {
  if (index >= size || size > LEAVES_MAX) return null;
  let node = index;
  let last = size - 1;
  let root = leaf;
  for (const sibling of path) {
    if (last === 0 || sibling.length !== 32) return null;
    if ((node & 1) === 1 || node === last) {
      root = nodeHash(sibling, root);
      while ((node & 1) === 0 && node !== 0) {
        node >>= 1;
        last >>= 1;
      }
    } else {
      root = nodeHash(root, sibling);
    }
    node >>= 1;
    last >>= 1;
  }
  return last === 0 ? root : null;
}
