// What stands on one phone's screen, as another phone's camera sees it: a screenshot becomes a film.
import fs from 'node:fs';
import zlib from 'node:zlib';
import type { Locator } from 'playwright-core';
import decodeQR from 'qr/decode.js';

export interface Picture {
  readonly width: number;
  readonly height: number;
  /** One byte a pixel, row by row. */
  readonly luma: Uint8Array;
}

const signatureBytes = 8;
const headBytes = 8;
const tailBytes = 4;
/** PNG §6.1: bytes a pixel by colour type, at 8 bits a channel. */
const channelsOf: Readonly<Record<number, number>> = { 0: 1, 2: 3, 6: 4 };

function paeth(left: number, up: number, corner: number): number {
  const guess = left + up - corner;
  const [a, b, c] = [Math.abs(guess - left), Math.abs(guess - up), Math.abs(guess - corner)];
  if (a <= b && a <= c) return left;
  return b <= c ? up : corner;
}

/** PNG §9.2, all five filters; each byte is told by those before it, of its row and of the row above. */
const predictors: readonly ((left: number, up: number, corner: number) => number)[] = [
  () => 0,
  (left) => left,
  (_, up) => up,
  (left, up) => (left + up) >> 1,
  paeth,
];

/** `packed` becomes the pixels themselves. */
function unfilter(packed: Buffer, lineBytes: number, height: number, channels: number): Uint8Array {
  const pixels = new Uint8Array(lineBytes * height);
  for (let y = 0; y < height; y++) {
    const predict = predictors[packed[y * (lineBytes + 1)] ?? 0];
    if (!predict) throw new Error('not such a PNG');
    for (let x = 0; x < lineBytes; x++) {
      const at = y * lineBytes + x;
      const left = x >= channels ? (pixels[at - channels] ?? 0) : 0;
      const up = y > 0 ? (pixels[at - lineBytes] ?? 0) : 0;
      const corner = x >= channels && y > 0 ? (pixels[at - lineBytes - channels] ?? 0) : 0;
      pixels[at] = (packed[y * (lineBytes + 1) + 1 + x] ?? 0) + predict(left, up, corner);
    }
  }
  return pixels;
}

/** Reads what Chromium's screenshots are: 8 bits a channel, not interlaced. */
export function readPng(file: Buffer): Picture {
  const data: Buffer[] = [];
  let [width, height, channels] = [0, 0, 0];
  for (let at = signatureBytes; at < file.length; ) {
    const length = file.readUInt32BE(at);
    const type = file.toString('latin1', at + 4, at + headBytes);
    const body = file.subarray(at + headBytes, at + headBytes + length);
    if (type === 'IHDR') {
      [width, height] = [body.readUInt32BE(0), body.readUInt32BE(4)];
      channels = channelsOf[body[9] ?? -1] ?? 0;
      if (channels === 0 || body[8] !== 8 || body[12] !== 0) throw new Error('not such a PNG');
    }
    if (type === 'IDAT') data.push(body);
    at += headBytes + length + tailBytes;
  }
  const pixels = unfilter(
    zlib.inflateSync(Buffer.concat(data)),
    width * channels,
    height,
    channels,
  );
  const luma = new Uint8Array(width * height);
  for (let i = 0; i < luma.length; i++) {
    const at = i * channels;
    const [r, g, b] = channels === 1 ? [at, at, at] : [at, at + 1, at + 2];
    luma[i] = Math.round(
      0.299 * (pixels[r] ?? 0) + 0.587 * (pixels[g] ?? 0) + 0.114 * (pixels[b] ?? 0),
    );
  }
  return { width, height, luma };
}

/** The element as it stands on the screen, in whatever size and theme it is shown. */
export async function photograph(element: Locator): Promise<Picture> {
  return readPng(await element.screenshot({ animations: 'disabled' }));
}

/** The text of the one code in the picture; throws when no phone could read it either. */
export function readCode({ width, height, luma }: Picture): string {
  const data = new Uint8Array(width * height * 4).fill(255);
  for (let i = 0; i < luma.length; i++) data.fill(luma[i] ?? 0, i * 4, i * 4 + 3);
  return decodeQR({ width, height, data });
}

function scaled(picture: Picture, width: number, height: number): Picture {
  const luma = new Uint8Array(width * height);
  const step = Math.max(picture.width / (width - 40), picture.height / (height - 40));
  const [left, top] = [(width - picture.width / step) / 2, (height - picture.height / step) / 2];
  const at = (x: number, y: number) => {
    const [column, row] = [Math.floor(x), Math.floor(y)];
    const inside = column >= 0 && row >= 0 && column < picture.width && row < picture.height;
    return inside ? (picture.luma[row * picture.width + column] ?? 0) : 180;
  };
  // Four samples a pixel mix neighbours as a lens does; a nearest one alone would tear thin modules.
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      let sum = 0;
      for (const dy of [0.25, 0.75]) {
        for (const dx of [0.25, 0.75]) sum += at((x + dx - left) * step, (y + dy - top) * step);
      }
      luma[y * width + x] = sum / 4;
    }
  }
  return { width, height, luma };
}

export type CameraSize = readonly [width: number, height: number];

/** What the camera sees from its next start on: these pictures in turn, each held still, or nothing. */
export function pointCamera(
  file: string,
  pictures: readonly Picture[],
  [width, height]: CameraSize = [640, 480],
): void {
  const nothing = { luma: new Uint8Array(width * height).fill(120) };
  const seen = pictures.map((picture) => scaled(picture, width, height));
  const chroma = Buffer.alloc((width * height) / 2, 128);
  const parts = [Buffer.from(`YUV4MPEG2 W${width} H${height} F10:1 Ip A1:1 C420jpeg\n`)];
  for (const { luma } of seen.length > 0 ? seen : [nothing]) {
    for (let shown = 0; shown < 4; shown++) {
      parts.push(Buffer.from('FRAME\n'), Buffer.from(luma), chroma);
    }
  }
  fs.writeFileSync(file, Buffer.concat(parts));
}
