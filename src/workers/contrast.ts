/** Owns giving a washed-out picture its blacks back: the decoder takes a pale module for a light one. */
import type { Frame } from './frame.ts';

/** Darkest brightness at which the decoder still sees dark (measured: 140 is read, 170 is not). */
const BLACK_MAX = 110;
/** Sampling every so many pixels across and down is enough to know the range. */
const STRIDE = 4;
/** The share of pixels at either end that may be dirt or glare. */
const OUTLIERS = 0.02;

function brightnessAt({ data, width, height }: Frame, pixel: number): number {
  if (data.length === width * height) return data[pixel] ?? 0;
  // Rec. 601 in 256ths, as cameras weigh colours.
  const i = pixel * 4;
  return (77 * (data[i] ?? 0) + 150 * (data[i + 1] ?? 0) + 29 * (data[i + 2] ?? 0)) >> 8;
}

/** Darkest and lightest brightness in the middle, where the code is held. */
function middleRange(frame: Frame): { low: number; high: number } {
  const counts = new Uint32Array(256);
  let total = 0;
  const { width, height } = frame;
  for (let y = Math.floor(height * 0.3); y < height * 0.7; y += STRIDE) {
    for (let x = Math.floor(width * 0.3); x < width * 0.7; x += STRIDE) {
      const brightness = brightnessAt(frame, y * width + x);
      counts[brightness] = (counts[brightness] ?? 0) + 1;
      total += 1;
    }
  }
  const share = total * OUTLIERS;
  const edge = (from: number, by: 1 | -1) => {
    let at = from;
    for (let left = share; left >= 0 && at >= 0 && at < 256; at += by) left -= counts[at] ?? 0;
    return at - by;
  };
  return { low: edge(0, 1), high: edge(255, -1) };
}

/** The same picture from black to white, or null when it is dark enough already or has no contrast. */
export function stretchContrast(frame: Frame): Frame | null {
  const { low, high } = middleRange(frame);
  if (low < BLACK_MAX || high - low < 12) return null;
  const scale = 255 / (high - low);
  const data = new Uint8ClampedArray(frame.width * frame.height);
  for (let i = 0; i < data.length; i++) data[i] = (brightnessAt(frame, i) - low) * scale;
  return { data, width: frame.width, height: frame.height };
}
