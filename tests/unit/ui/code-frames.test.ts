/** A text is one code while a cheap camera can read it, and parts that come together again when it cannot. */
import { describe, expect, test } from 'vitest';
import { type Gathered, gather, readPart } from '#protocol/code-parts.ts';
import { COUNTERFOIL_FRAME_BYTES_MAX, counterfoilToQrText } from '#protocol/counterfoil.ts';
import { codeFrames } from '#ui/code-frames.ts';
import { qrPath } from '#ui/qr-path.ts';

const QUIET = 8;
const modulesOf = (version: number) => 17 + 4 * version + QUIET;
const textOf = (bytes: number) => counterfoilToQrText(new Uint8Array(bytes).fill(0xc3));

describe('codes on a screen', () => {
  test('the largest counterfoil that is one code is a symbol of version 17', () => {
    const frames = codeFrames(textOf(COUNTERFOIL_FRAME_BYTES_MAX));
    expect(frames).toHaveLength(1);
    expect(qrPath(frames[0] ?? '')?.size).toBe(modulesOf(17));
  });

  test('one of 319 bytes is a symbol of version 13', () => {
    expect(qrPath(textOf(319))?.size).toBe(modulesOf(13));
  });

  test('one byte more than fits is shown in parts, each small, that make the text again', () => {
    const text = textOf(COUNTERFOIL_FRAME_BYTES_MAX + 2);
    const frames = codeFrames(text);
    expect(frames.length).toBeGreaterThan(1);
    let before: Gathered | undefined;
    let whole: string | undefined;
    for (const frame of frames) {
      expect(qrPath(frame)?.size).toBeLessThanOrEqual(modulesOf(14));
      const part = readPart(frame);
      if (!part) throw new Error('a part is read as one');
      ({ gathered: before, text: whole } = { text: undefined, ...gather(before, part) });
    }
    expect(whole).toBe(text);
  });
});
