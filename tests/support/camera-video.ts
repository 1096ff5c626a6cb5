// Writes what the test phone's camera sees: a grey video of QR symbols, without any video tool.
import fs from 'node:fs';

export interface VideoOptions {
  readonly width?: number;
  readonly height?: number;
  /** Pixels per module of a symbol. */
  readonly scale?: number;
  readonly framesPerSecond?: number;
  /** Frames for which each symbol is shown. */
  readonly holdFrames?: number;
}

/** One symbol as `encodeQR(text, 'raw')` gives it, true = dark; null is a view of nothing. */
export type Matrix = readonly (readonly boolean[])[];

function frame(matrix: Matrix | null, width: number, height: number, scale: number): Buffer {
  const luma = Buffer.alloc(width * height, 180);
  if (matrix === null) return luma;
  const side = matrix.length * scale;
  if (side > width || side > height) {
    throw new Error(`A symbol of ${side} pixels does not fit ${width}×${height}`);
  }
  const left = (width - side) >> 1;
  const top = (height - side) >> 1;
  for (let y = 0; y < side; y++) {
    for (let x = 0; x < side; x++) {
      const dark = matrix[Math.floor(y / scale)]?.[Math.floor(x / scale)] === true;
      luma[(top + y) * width + left + x] = dark ? 16 : 235;
    }
  }
  return luma;
}

/**
 * A camera that was not let go of yet goes on with this film where it is of the same size, and never
 * meets the end of a file that is half written, from which Chromium's does not recover.
 */
export function showFilm(file: string, film: Buffer): void {
  const size = fs.statSync(file, { throwIfNoEntry: false })?.size;
  if (size === film.length) {
    fs.writeFileSync(file, film, { flag: 'r+' });
    return;
  }
  fs.writeFileSync(`${file}.next`, film);
  fs.renameSync(`${file}.next`, file);
}

/**
 * The file loops. Rewriting it before the next `getUserMedia` changes what the camera shows, so a
 * phone is started once, with a blank view, and shown one code after another.
 */
export function writeVideo(
  file: string,
  symbols: readonly (Matrix | null)[],
  options: VideoOptions = {},
): void {
  const { width = 640, height = 480, scale = 5, framesPerSecond = 10, holdFrames = 5 } = options;
  const chroma = Buffer.alloc((width * height) / 2, 128);
  const head = `YUV4MPEG2 W${width} H${height} F${framesPerSecond}:1 Ip A1:1 C420jpeg\n`;
  const parts: Buffer[] = [Buffer.from(head)];
  for (const symbol of symbols) {
    const luma = frame(symbol, width, height, scale);
    for (let shown = 0; shown < holdFrames; shown++) {
      parts.push(Buffer.from('FRAME\n'), luma, chroma);
    }
  }
  showFilm(file, Buffer.concat(parts));
}
