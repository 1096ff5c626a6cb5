/** Owns which parts of a picture are looked at, and at what size; only arithmetic. */

/** One look: a part of the source, scaled to `width` × `height`. */
export type Look = {
  readonly x: number;
  readonly y: number;
  readonly sourceWidth: number;
  readonly sourceHeight: number;
  readonly width: number;
  readonly height: number;
};

/** 720p is enough: more pixels cost a slow phone more than they find. */
const CAMERA_SIDES = { long: 1280, short: 720 } as const;
const PHOTO_SIDE = 1600;
/** Below this a code may have one pixel to a module, which no decoder finds. */
const SMALL_SIDE = 700;

type Part = Pick<Look, 'x' | 'y' | 'sourceWidth' | 'sourceHeight'>;

function scaled(part: Part, scale: number): Look {
  return {
    ...part,
    width: Math.max(1, Math.round(part.sourceWidth * scale)),
    height: Math.max(1, Math.round(part.sourceHeight * scale)),
  };
}

function scaleWithin(width: number, height: number, long: number, short: number): number {
  return Math.min(long / Math.max(width, height), short / Math.min(width, height));
}

/**
 * A camera picture, by turns: all of it, and its middle twice as large. The second finds small or
 * distant codes: at 640×480 a decoder wants about three pixels to a module, the eye far fewer.
 */
export function cameraLook(width: number, height: number, turn: number): Look {
  const whole = { x: 0, y: 0, sourceWidth: width, sourceHeight: height };
  const shrink = Math.min(1, scaleWithin(width, height, CAMERA_SIDES.long, CAMERA_SIDES.short));
  if (turn % 2 === 0) return scaled(whole, shrink);
  const sourceWidth = Math.ceil(width * 0.6);
  const sourceHeight = Math.ceil(height * 0.6);
  const middle = {
    x: (width - sourceWidth) >> 1,
    y: (height - sourceHeight) >> 1,
    sourceWidth,
    sourceHeight,
  };
  const enlarge = scaleWithin(sourceWidth, sourceHeight, CAMERA_SIDES.long, CAMERA_SIDES.short);
  return scaled(middle, Math.min(2, enlarge));
}

/** Overlapping tiles, so that no code of less than half a tile is cut by every one of them. */
function tiles(width: number, height: number, across: number, share: number): Part[] {
  const sourceWidth = Math.ceil(width * share);
  const sourceHeight = Math.ceil(height * share);
  const parts: Part[] = [];
  for (let row = 0; row < across; row++) {
    for (let column = 0; column < across; column++) {
      parts.push({
        x: Math.floor(((width - sourceWidth) * column) / (across - 1)),
        y: Math.floor(((height - sourceHeight) * row) / (across - 1)),
        sourceWidth,
        sourceHeight,
      });
    }
  }
  return parts;
}

/** A photo, from what is likely to what is left: all of it, smaller, larger, then part by part. */
export function photoLooks(width: number, height: number): Look[] {
  const whole = { x: 0, y: 0, sourceWidth: width, sourceHeight: height };
  const long = Math.max(width, height);
  const looks = [scaled(whole, Math.min(1, PHOTO_SIDE / long))];
  if (long < SMALL_SIDE) {
    return [...looks, scaled(whole, 2), scaled(whole, 3), scaled(whole, 4)];
  }
  looks.push(scaled(whole, 800 / long));
  if (long < PHOTO_SIDE) looks.push(scaled(whole, PHOTO_SIDE / long));
  for (const part of [...tiles(width, height, 2, 0.6), ...tiles(width, height, 3, 0.4)]) {
    const side = Math.max(part.sourceWidth, part.sourceHeight);
    looks.push(scaled(part, Math.min(2, PHOTO_SIDE / side)));
  }
  return looks;
}
