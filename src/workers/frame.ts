/** Owns what a picture's pixels are when they reach a decoder. */

/** RGBA (four bytes a pixel) or brightness alone (one byte a pixel); its length says which. */
export type Frame = {
  readonly data: Uint8Array | Uint8ClampedArray;
  readonly width: number;
  readonly height: number;
};
