/** Owns a text too long for one QR code: its parts, shown one after another, and putting them together again. */
import { toHex, toUtf8 } from './bytes.ts';
import { assert } from './refusals.ts';
import { sha256 } from './sha256.ts';

export const PART_PREFIX = 'CFP:';
/** Of the text in one part: QR version 13-M, which a cheap camera still reads. */
const PART_CHARACTERS_MAX = 460;
const PARTS_MAX = 16;

/** One part as read: which text it belongs to, and its place in it from 0. */
export type CodePart = {
  readonly set: string;
  readonly place: number;
  readonly count: number;
  readonly text: string;
};

function setOf(text: string): string {
  return toHex(sha256(toUtf8(text)).subarray(0, 4)).toUpperCase();
}

// Whoever reads a code drops blanks at its end, and base45 has a blank: no piece ends in one.
const PIECE = new RegExp(`[\\s\\S]{0,${PART_CHARACTERS_MAX - 1}}\\S`, 'g');

/**
 * `CFP:` set `:` place `:` count `:` piece, in QR's alphanumeric characters when the text is. Throws
 * for what could not be put together again: an empty text, one that ends in a blank, one too long.
 */
export function splitIntoParts(text: string): string[] {
  const pieces = text.match(PIECE) ?? [];
  const fits = pieces.length >= 1 && pieces.length <= PARTS_MAX && pieces.join('') === text;
  assert(fits, 'a text shown in parts is one that comes together again');
  const set = setOf(text);
  return pieces.map((piece, place) => `${PART_PREFIX}${set}:${place}:${pieces.length}:${piece}`);
}

export function readPart(text: string): CodePart | null {
  const match = /^CFP:([0-9A-F]{8}):(0|[1-9]\d?):([1-9]\d?):([\s\S]+)$/.exec(text);
  if (!match) return null;
  const [, set = '', placeText, countText, piece = ''] = match;
  const [place, count] = [Number(placeText), Number(countText)];
  const fits = count <= PARTS_MAX && place < count && piece.length <= PART_CHARACTERS_MAX;
  return fits ? { set, place, count, text: piece } : null;
}

/** The parts of one text seen so far. */
export type Gathered = {
  readonly set: string;
  readonly count: number;
  readonly pieces: ReadonlyMap<number, string>;
};

/** A part of another text begins anew. `text` is there once all parts are, and are of one text. */
export function gather(
  before: Gathered | undefined,
  part: CodePart,
): { readonly gathered: Gathered; readonly text?: string } {
  const same = before?.set === part.set && before.count === part.count;
  const pieces = new Map(same ? before.pieces : []).set(part.place, part.text);
  const gathered = { set: part.set, count: part.count, pieces };
  if (pieces.size < part.count) return { gathered };
  const text = Array.from({ length: part.count }, (_, place) => pieces.get(place) ?? '').join('');
  return setOf(text) === part.set
    ? { gathered, text }
    : { gathered: { ...gathered, pieces: new Map() } };
}
