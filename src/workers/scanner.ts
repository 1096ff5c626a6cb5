/** Owns reading QR codes in its own thread: pixels in, text out, as plain values; it never sees the camera. */
import { expose } from 'comlink';
import { decodeQR } from 'qr/decode.js';
import { stretchContrast } from './contrast.ts';
import type { Frame } from './frame.ts';
import { cameraLook, type Look, photoLooks } from './looks.ts';
import { SCANNER_VERSION } from './scanner-version.ts';

/** A camera picture wants an answer before the next one; a chosen photo is worth every attempt. */
export type Effort = 'camera' | 'photo';

// Milliseconds for what is optional: after that, the camera's next picture is worth more.
const RETRIES_MS = { camera: 40, photo: 300 } as const;
const SIDE_MIN = 21;
const SIDE_MAX = 8192;

function decodeOnce({ data, width, height }: Frame, effort: Effort): string | null {
  try {
    // Both polarities are tried by the decoder itself, so a light code on dark needs no second look.
    return decodeQR(
      { data, width, height },
      {
        format: data.length === width * height ? 'I420' : 'RGBA',
        effort: effort === 'photo' ? Number.POSITIVE_INFINITY : 2,
        timeLimit: RETRIES_MS[effort],
      },
    );
  } catch {
    // The decoder's way of saying that it saw no code; which of its reasons helps nobody.
    return null;
  }
}

function readPixels(frame: Frame, effort: Effort): string | null {
  const { data, width, height } = frame;
  const pixels = width * height;
  if (Math.min(width, height) < SIDE_MIN || Math.max(width, height) > SIDE_MAX) return null;
  if (data.length !== pixels && data.length !== pixels * 4) return null;
  const text = decodeOnce(frame, effort);
  if (text) return text;
  const darker = stretchContrast(frame);
  return darker && decodeOnce(darker, effort);
}

let canvas: OffscreenCanvas | undefined;

function pixelsOf(picture: ImageBitmap, look: Look): Frame | null {
  const { x, y, sourceWidth, sourceHeight, width, height } = look;
  canvas ??= new OffscreenCanvas(width, height);
  if (canvas.width < width) canvas.width = width;
  if (canvas.height < height) canvas.height = height;
  const context = canvas.getContext('2d', { willReadFrequently: true });
  if (!context) return null;
  context.imageSmoothingQuality = 'medium';
  context.drawImage(picture, x, y, sourceWidth, sourceHeight, 0, 0, width, height);
  return context.getImageData(0, 0, width, height);
}

let turn = 0;

function looksOf({ width, height }: ImageBitmap, effort: Effort): Look[] {
  return effort === 'photo' ? photoLooks(width, height) : [cameraLook(width, height, turn++)];
}

let newest = 0;

/** Lets pictures that already wait in front of this thread arrive: only the newest is worth reading. */
async function superseded(): Promise<boolean> {
  const mine = ++newest;
  await new Promise((resolve) => setTimeout(resolve, 0));
  return mine !== newest;
}

const scanner = {
  version: SCANNER_VERSION,

  /** The text of the code in these pixels, or null; null too for a frame that a newer one overtook. */
  async decode(frame: Frame): Promise<string | null> {
    return (await superseded()) ? null : readPixels(frame, 'camera');
  },

  /** The same for a picture, which it closes. A photo is never overtaken. */
  async read(picture: ImageBitmap, effort: Effort): Promise<string | null> {
    try {
      if (effort === 'camera' && (await superseded())) return null;
      for (const look of looksOf(picture, effort)) {
        const frame = pixelsOf(picture, look);
        const text = frame && readPixels(frame, effort);
        if (text) return text;
      }
      return null;
    } finally {
      picture.close();
    }
  },
};

export type Scanner = typeof scanner;

expose(scanner);
