/** Owns the Merkle tree of RFC 9162 §2.1: one root for a group of leaves, a short path for each. */

import { type Bytes, concatBytes } from './bytes.ts';
import { sha256 } from './sha256.ts';

/** 2^8: so a path never has more than eight hashes. */
export const LEAVES_MAX = 256;

export function leafHash(leaf: Uint8Array): Bytes {
  return sha256(concatBytes(Uint8Array.of(0), leaf));
}

function nodeHash(left: Uint8Array, right: Uint8Array): Bytes {
  return sha256(concatBytes(Uint8Array.of(1), left, right));
}

/** The largest power of two below `size` (size ≥ 2). */
function splitPoint(size: number): number {
  let split = 1;
  while (split * 2 < size) split *= 2;
  return split;
}

type Tree = { readonly root: Bytes; readonly paths: readonly Bytes[][] };

function treeOf(hashes: readonly Bytes[]): Tree {
  const [only] = hashes;
  if (!only) throw new RangeError('a tree has at least one leaf');
  if (hashes.length === 1) return { root: only, paths: [[]] };
  const split = splitPoint(hashes.length);
  const left = treeOf(hashes.slice(0, split));
  const right = treeOf(hashes.slice(split));
  for (const path of left.paths) path.push(right.root);
  for (const path of right.paths) path.push(left.root);
  return { root: nodeHash(left.root, right.root), paths: [...left.paths, ...right.paths] };
}

/** Root over the leaf hashes, of which there is at least one (RFC 9162 §2.1.1). */
export function merkleRoot(hashes: readonly Bytes[]): Bytes {
  return treeOf(hashes).root;
}

/** For each leaf the sibling hashes up to the root (RFC 9162 §2.1.3.1), all found in one pass. */
export function inclusionPaths(hashes: readonly Bytes[]): readonly Bytes[][] {
  return treeOf(hashes).paths;
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
