import { encodeQR } from 'qr';
import { describe, expect, test } from 'vitest';
import { pathOfMatrix, qrPath } from '#ui/qr-path.ts';

/** Fills in what the path draws; only the commands that we write. */
function drawn(path: string, size: number): boolean[][] {
  const grid = Array.from({ length: size }, () => Array<boolean>(size).fill(false));
  for (const [, x, y, width] of path.matchAll(/M(\d+) (\d+)h(\d+)v1h-\3z/g)) {
    for (let i = 0; i < Number(width); i++) grid[Number(y)]![Number(x) + i] = true;
  }
  return grid;
}

describe('a QR symbol as a path', () => {
  test.each(['HELLO', 'ünï→', 'CFA:'.padEnd(700, 'A7K2:$')])(
    'draws exactly the symbol of %s',
    (text) => {
      const symbol = qrPath(text);
      const matrix = encodeQR(text, 'raw', { ecc: 'medium', border: 4 });
      expect(symbol?.size).toBe(matrix.length);
      expect(drawn(symbol?.path ?? '', matrix.length)).toEqual(matrix);
    },
  );

  test('has four light modules on every side', () => {
    const symbol = qrPath('HELLO');
    const grid = drawn(symbol?.path ?? '', symbol?.size ?? 0);
    const edge = [...grid.slice(0, 4), ...grid.slice(-4)].flat();
    const sides = grid.flatMap((row) => [...row.slice(0, 4), ...row.slice(-4)]);
    expect(edge.some(Boolean) || sides.some(Boolean)).toBe(false);
    expect(grid[4]?.[4]).toBe(true);
  });

  test('text in upper case takes fewer modules than the same in lower case', () => {
    const text = 'CFR:'.padEnd(300, 'ABC7');
    expect(qrPath(text)?.size).toBeLessThan(qrPath(text.toLowerCase())?.size ?? 0);
  });

  test('a text that no symbol holds is null, not a throw', () => {
    expect(qrPath('x'.repeat(5000))).toBeNull();
  });

  test('an empty matrix draws nothing', () => {
    expect(pathOfMatrix([[false, false]])).toBe('');
  });
});
