import { describe, expect, test } from 'vitest';
import { stretchContrast } from '#workers/contrast.ts';
import type { Frame } from '#workers/frame.ts';

/** A chequerboard of two brightnesses. */
function board(dark: number, light: number, bytesPerPixel: 1 | 4 = 1): Frame {
  const [width, height] = [160, 120];
  const data = new Uint8ClampedArray(width * height * bytesPerPixel);
  for (let i = 0; i < width * height; i++) {
    const value = (((i % width) >> 3) + (Math.floor(i / width) >> 3)) % 2 === 0 ? dark : light;
    data.fill(value, i * bytesPerPixel, (i + 1) * bytesPerPixel);
  }
  return { data, width, height };
}

const range = (frame: Frame | null) => frame && [Math.min(...frame.data), Math.max(...frame.data)];

describe('stretching the contrast', () => {
  test.each([1, 4] as const)(
    'gives a washed-out picture its blacks back (%i bytes a pixel)',
    (bytes) => {
      const stretched = stretchContrast(board(170, 235, bytes));
      expect(range(stretched)).toEqual([0, 255]);
      expect(stretched?.data).toHaveLength(160 * 120);
    },
  );

  test.each([
    ['dark enough already', 60, 235],
    ['without any contrast', 200, 206],
    ['black', 0, 0],
    ['white', 255, 255],
  ])('leaves a picture alone that is %s', (_name, dark, light) => {
    expect(stretchContrast(board(dark, light))).toBeNull();
  });
});
