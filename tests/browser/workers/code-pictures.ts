// Draws QR codes as a cheap camera in a bad moment sees them. Brightness only; the same numbers give
// the same picture, noise included.
import { encodeQR } from 'qr';

export type Scene = {
  readonly width?: number;
  readonly height?: number;
  /** Pixels to a module. */
  readonly scale?: number;
  readonly degrees?: number;
  /** How much one side is nearer than the other: 0 is straight on. */
  readonly slant?: number;
  readonly inverted?: boolean;
  readonly dark?: number;
  readonly light?: number;
  readonly around?: number;
  /** Passes of a 3×3 blur. */
  readonly blur?: number;
  /** Largest error of one pixel. */
  readonly noise?: number;
};

export type Picture = {
  readonly luma: Uint8Array;
  readonly width: number;
  readonly height: number;
};

/** Each pixel is the mean of these many samples across and down, as a lens would mix them. */
const SAMPLES = 3;

type Matrix = readonly (readonly boolean[])[];

function project(matrix: Matrix, scene: Scene, width: number, height: number): Float64Array {
  const { scale = 5, degrees = 0, slant = 0, inverted = false } = scene;
  const { dark = 16, light = 235, around = 180 } = scene;
  const [cos, sin] = [Math.cos((degrees * Math.PI) / 180), Math.sin((degrees * Math.PI) / 180)];
  const half = matrix.length / 2;
  const brightness = (x: number, y: number) => {
    const near = 1 / (1 + slant * (x - width / 2));
    const [dx, dy] = [(x - width / 2) * near, (y - height / 2) * near];
    const row = matrix[Math.floor((cos * dy - sin * dx) / scale + half)];
    const module = row?.[Math.floor((cos * dx + sin * dy) / scale + half)];
    if (module === undefined) return around;
    return module === inverted ? light : dark;
  };
  const plane = new Float64Array(width * height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      let sum = 0;
      for (let k = 0; k < SAMPLES * SAMPLES; k++) {
        const [i, j] = [k % SAMPLES, Math.floor(k / SAMPLES)];
        sum += brightness(x + (i + 0.5) / SAMPLES, y + (j + 0.5) / SAMPLES);
      }
      plane[y * width + x] = sum / (SAMPLES * SAMPLES);
    }
  }
  return plane;
}

function blurred(plane: Float64Array, width: number, height: number): Float64Array {
  const result = new Float64Array(plane.length);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      let sum = 0;
      for (let j = -1; j <= 1; j++) {
        for (let i = -1; i <= 1; i++) {
          const column = Math.min(width - 1, Math.max(0, x + i));
          const row = Math.min(height - 1, Math.max(0, y + j));
          sum += plane[row * width + column] ?? 0;
        }
      }
      result[y * width + x] = sum / 9;
    }
  }
  return result;
}

function draw(text: string, scene: Scene): Picture {
  const { width = 640, height = 480, blur = 0, noise = 0 } = scene;
  const matrix = encodeQR(text, 'raw', { ecc: 'medium', border: 4 });
  let plane = project(matrix, scene, width, height);
  for (let pass = 0; pass < blur; pass++) plane = blurred(plane, width, height);
  let seed = 1;
  const luma = Uint8Array.from(plane, (value) => {
    seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
    const error = (seed / 2 ** 32 - 0.5) * 2 * noise;
    return Math.min(255, Math.max(0, Math.round(value + error)));
  });
  return { luma, width, height };
}

const drawn = new Map<string, Picture>();

/** Drawn once: it takes long, and many tests look at the same. */
export function drawCode(text: string, scene: Scene = {}): Picture {
  const key = JSON.stringify([text, scene]);
  const picture = drawn.get(key) ?? draw(text, scene);
  drawn.set(key, picture);
  return picture;
}

/** A view of nothing. */
export function drawNothing(width = 640, height = 480): Picture {
  return { luma: new Uint8Array(width * height).fill(120), width, height };
}
