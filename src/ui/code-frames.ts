/** Owns how many codes a text is shown as: one while a cheap camera can read it, else its parts in turn. Pure. */
import { splitIntoParts } from '#protocol/code-parts.ts';
import { COUNTERFOIL_FRAME_BYTES_MAX, COUNTERFOIL_QR_PREFIX } from '#protocol/counterfoil.ts';

/** What one QR code of version 17-M holds: base45 takes three characters for two bytes. */
export const FRAME_CHARACTERS_MAX =
  COUNTERFOIL_QR_PREFIX.length + (COUNTERFOIL_FRAME_BYTES_MAX * 3) / 2;

/** One text for each code, in the order in which they are shown. */
export function codeFrames(text: string): readonly string[] {
  return text.length <= FRAME_CHARACTERS_MAX ? [text] : splitIntoParts(text);
}
