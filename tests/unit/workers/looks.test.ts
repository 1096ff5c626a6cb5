import { describe, expect, test } from 'vitest';
import { cameraLook, photoLooks } from '#workers/looks.ts';

describe('camera pictures', () => {
  test.each([
    [640, 480, 640, 480],
    [1280, 720, 1280, 720],
    [720, 1280, 720, 1280],
    [1920, 1080, 1280, 720],
    [3000, 4000, 720, 960],
  ])('of %i×%i are looked at whole, never above 720p', (width, height, lookWidth, lookHeight) => {
    const look = cameraLook(width, height, 0);
    expect([look.width, look.height]).toEqual([lookWidth, lookHeight]);
    expect([look.sourceWidth, look.sourceHeight]).toEqual([width, height]);
  });

  test('every other look is at the middle, enlarged but never above 720p', () => {
    const small = cameraLook(640, 480, 1);
    expect(small).toEqual({
      x: 128,
      y: 96,
      sourceWidth: 384,
      sourceHeight: 288,
      width: 768,
      height: 576,
    });
    const large = cameraLook(1280, 720, 3);
    expect(Math.max(large.width, large.height)).toBeLessThanOrEqual(1280);
    expect(Math.min(large.width, large.height)).toBeLessThanOrEqual(720);
    expect(large.width).toBeGreaterThan(large.sourceWidth);
  });
});

describe('photos', () => {
  test.each([
    [4000, 3000],
    [3000, 4000],
    [1200, 900],
    [100, 100],
    [8000, 600],
  ])('of %i×%i are looked at inside their edges, at sizes a phone can hold', (w, h) => {
    for (const look of photoLooks(w, h)) {
      expect(look.x).toBeGreaterThanOrEqual(0);
      expect(look.y).toBeGreaterThanOrEqual(0);
      expect(look.x + look.sourceWidth).toBeLessThanOrEqual(w);
      expect(look.y + look.sourceHeight).toBeLessThanOrEqual(h);
      expect(Math.max(look.width, look.height)).toBeLessThanOrEqual(2800);
      expect(Math.min(look.width, look.height)).toBeGreaterThan(0);
    }
  });

  test('a code of up to a fifth of the picture lies whole inside some part that is looked at', () => {
    const [w, h] = [4000, 3000];
    const parts = photoLooks(w, h).filter(({ sourceWidth }) => sourceWidth < w * 0.7);
    for (let x = 0; x <= w - 600; x += 100) {
      for (let y = 0; y <= h - 600; y += 100) {
        const whole = parts.some(
          (part) =>
            part.x <= x &&
            part.y <= y &&
            x + 600 <= part.x + part.sourceWidth &&
            y + 600 <= part.y + part.sourceHeight,
        );
        expect(whole).toBe(true);
      }
    }
  });

  test('a tiny picture is enlarged: one pixel to a module is found by no decoder', () => {
    expect(photoLooks(60, 60).map(({ width }) => width)).toEqual([60, 120, 180, 240]);
  });
});
