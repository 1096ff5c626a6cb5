import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Bytes, concatBytes, toHex, toUtf8 } from '#protocol/bytes.ts';
import { LEAVES_MAX, leafHash, merkleRoot, merkleTree, rootFromPath } from '#protocol/merkle.ts';
import { hex } from './sample-orders.ts';

// The leaves and roots that Certificate Transparency logs are tested with since RFC 6962.
const LEAVES = [
  '',
  '00',
  '10',
  '2021',
  '3031',
  '40414243',
  '5051525354555657',
  '606162636465666768696a6b6c6d6e6f',
].map(hex);

const ROOTS = [
  '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
  'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125',
  'aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77',
  'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
  '4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4',
  '76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef',
  'ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c',
  '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328',
];

const LEAF_0 = ROOTS[0] ?? '';
const NODE_2_3 = '5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e';
const LEAF_4 = 'bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b';

function hashesOf(count: number): Bytes[] {
  return Array.from({ length: count }, (_, index) => leafHash(toUtf8(`leaf ${index}`)));
}

function pathOf(hashes: readonly Bytes[], index: number): Bytes[] {
  return merkleTree(hashes).paths[index] ?? [];
}

describe('the published vectors', () => {
  it.each(ROOTS.map((root, index) => [index + 1, root] as const))('%i leaves', (size, root) => {
    expect(toHex(merkleRoot(LEAVES.slice(0, size).map(leafHash)))).toBe(root);
  });

  it.each<[number, number, string[]]>([
    [0, 1, []],
    [
      0,
      8,
      [
        '96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7',
        NODE_2_3,
        '6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4',
      ],
    ],
    [
      5,
      8,
      [LEAF_4, 'ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0', ROOTS[3] ?? ''],
    ],
    [2, 3, [ROOTS[1] ?? '']],
    [1, 5, [LEAF_0, NODE_2_3, LEAF_4]],
  ])('the path of leaf %i of %i', (index, size, path) => {
    const hashes = LEAVES.slice(0, size).map(leafHash);
    expect(pathOf(hashes, index).map(toHex)).toEqual(path);
    const root = rootFromPath(leafHash(LEAVES[index] ?? hex('')), index, size, path.map(hex));
    expect(root && toHex(root)).toBe(ROOTS[size - 1]);
  });
});

describe('a path', () => {
  it('leads from every leaf of every tree to its root, in at most eight steps', () => {
    for (const size of [...Array(34).keys(), 63, 64, 65, 127, 128, 129, 255, LEAVES_MAX]) {
      const hashes = hashesOf(size);
      if (size === 0) continue;
      const root = merkleRoot(hashes);
      for (const [index, hash] of hashes.entries()) {
        const path = pathOf(hashes, index);
        expect(path.length).toBeLessThanOrEqual(8);
        expect(rootFromPath(hash, index, size, path)).toEqual(root);
      }
    }
  });

  const anyPlace = fc
    .integer({ min: 1, max: 40 })
    .chain((size) => fc.tuple(fc.constant(size), fc.nat(size - 1)));

  it('with one bit changed leads elsewhere, in the path or in the leaf', () => {
    fc.assert(
      fc.property(anyPlace, fc.nat(), ([size, index], bit) => {
        const hashes = hashesOf(size);
        const steps = [hashes[index] ?? hex(''), ...pathOf(hashes, index)];
        const step = steps[bit % steps.length] ?? hex('');
        const at = (bit >> 3) % 32;
        step[at] = (step[at] ?? 0) ^ (1 << (bit & 7));
        const [leaf = hex(''), ...path] = steps;
        expect(rootFromPath(leaf, index, size, path)).not.toEqual(merkleRoot(hashesOf(size)));
      }),
    );
  });

  it('that is shorter or longer than its tree leads nowhere', () => {
    fc.assert(
      fc.property(anyPlace, ([size, index]) => {
        const hashes = hashesOf(size);
        const path = pathOf(hashes, index);
        const leaf = hashes[index] ?? hex('');
        expect(rootFromPath(leaf, index, size, [...path, leaf])).toBeNull();
        if (path.length > 0) expect(rootFromPath(leaf, index, size, path.slice(1))).toBeNull();
        if (path.length > 0) expect(rootFromPath(leaf, index, size, path.slice(0, -1))).toBeNull();
      }),
    );
  });

  it.each([
    [1, 1],
    [8, 8],
    [0, 0],
    [5, 3],
    [0, LEAVES_MAX + 1],
  ])('of leaf %i of %i, which is no place, leads nowhere', (index, size) => {
    const path = hashesOf(9);
    for (let length = 0; length <= 9; length++) {
      const leaf = leafHash(hex(''));
      expect(rootFromPath(leaf, index, size, path.slice(0, length))).toBeNull();
    }
  });

  it('with a hash of another length leads nowhere', () => {
    const [a = hex(''), b = hex('')] = hashesOf(2);
    for (const sibling of [b.slice(1), concatBytes(b, Uint8Array.of(0)), hex('')]) {
      expect(rootFromPath(a, 0, 2, [sibling])).toBeNull();
    }
  });

  it('never leads from a made-up leaf to the root, not even from the inside of the tree', () => {
    const size = 6;
    const hashes = hashesOf(size);
    const inside = hashes.flatMap((hash, index) => [hash, ...pathOf(hashes, index)]);
    const root = merkleRoot(hashes);
    const hash = fc.constantFrom(...inside, root);
    // The bytes under an inner node: two hashes, with or without its prefix.
    const leaf = fc.oneof(
      fc.tuple(hash, hash).map(([a, b]) => concatBytes(a, b)),
      fc.tuple(hash, hash).map(([a, b]) => concatBytes(Uint8Array.of(1), a, b)),
      hash,
    );
    const path = fc.array(hash, { maxLength: 4 });
    fc.assert(
      fc.property(leaf, path, fc.nat(20), fc.nat(20), (made, steps, index, more) => {
        const reached = rootFromPath(leafHash(made), index, index + more, steps);
        expect(reached).not.toEqual(root);
      }),
      { numRuns: 3000 },
    );
  });
});

it('a tree without leaves has no root', () => {
  expect(() => merkleRoot([])).toThrow(RangeError);
});
