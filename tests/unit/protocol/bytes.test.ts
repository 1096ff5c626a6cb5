import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  concatBytes,
  equalBytes,
  fromBase64url,
  fromUtf8,
  toBase64url,
  toHex,
  toUtf8,
} from '#protocol/bytes.ts';

const anyBytes = fc.uint8Array({ maxLength: 80 });

describe('base64url', () => {
  it('is what Node writes, and comes back as the same bytes', () => {
    fc.assert(
      fc.property(anyBytes, (bytes) => {
        const text = toBase64url(bytes);
        expect(text).toBe(Buffer.from(bytes).toString('base64url'));
        expect(fromBase64url(text)).toEqual(bytes);
      }),
    );
  });

  it('a text that is read is the only text of its bytes', () => {
    const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
    const text = fc.string({ unit: fc.constantFrom(...alphabet), maxLength: 24 });
    fc.assert(
      fc.property(text, (candidate) => {
        const bytes = fromBase64url(candidate);
        if (bytes) expect(toBase64url(bytes)).toBe(candidate);
      }),
    );
  });

  it.each([
    ['A', 'a lone character'],
    ['AB', 'unused bits that are not zero'],
    ['AAB', 'unused bits that are not zero'],
    ['AA==', 'padding'],
    ['AAA=', 'padding'],
    ['A+AA', 'the alphabet of plain base64'],
    ['A/AA', 'the alphabet of plain base64'],
    [' AAA', 'blanks'],
    ['AAA\n', 'line ends'],
    ['AA\u0000A', 'NUL'],
    ['ÄAAA', 'other letters'],
    ['😀AA', 'other planes'],
  ])('%j is refused: %s', (text) => {
    expect(fromBase64url(text)).toBeNull();
  });
});

describe('UTF-8', () => {
  it('is what TextEncoder writes, for any text, lone surrogates included', () => {
    const units = fc.array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 20 });
    fc.assert(
      fc.property(units, (codes) => {
        const text = String.fromCharCode(...codes);
        expect(toUtf8(text)).toEqual(new TextEncoder().encode(text));
      }),
    );
  });

  it('comes back as the same text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(fromUtf8(toUtf8(text))).toBe(text);
      }),
    );
  });

  it('is read exactly when a strict decoder reads it, and to the same text', () => {
    const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
    const tricky = fc.constantFrom(
      ...[0x00, 0x41, 0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc0, 0xc1, 0xc2, 0xdf],
      ...[0xe0, 0xed, 0xef, 0xf0, 0xf4, 0xf5, 0xf8, 0xfe, 0xff, 0xbb],
    );
    const bytes = fc.array(fc.oneof(tricky, fc.integer({ min: 0, max: 255 })), { maxLength: 8 });
    fc.assert(
      fc.property(bytes, (values) => {
        const candidate = Uint8Array.from(values);
        let expected: string | null;
        try {
          expected = strict.decode(candidate);
        } catch {
          expected = null;
        }
        expect(fromUtf8(candidate)).toBe(expected);
      }),
      { numRuns: 2000 },
    );
  });

  it.each([
    ['c080', 'NUL in two bytes'],
    ['c1bf', 'DEL in two bytes'],
    ['e08080', 'NUL in three bytes'],
    ['e09fbf', 'U+07FF in three bytes'],
    ['f0808080', 'NUL in four bytes'],
    ['f08fbfbf', 'U+FFFF in four bytes'],
    ['eda080', 'a high surrogate'],
    ['edbfbf', 'a low surrogate'],
    ['f4908080', 'beyond U+10FFFF'],
    ['f5808080', 'a head that begins nothing'],
    ['80', 'a stray continuation'],
    ['c3', 'a cut character'],
    ['e282', 'a cut character'],
    ['f09f98', 'a cut character'],
    ['c3c3', 'a head in place of a continuation'],
  ])('%s is refused: %s', (hex) => {
    expect(fromUtf8(Buffer.from(hex, 'hex'))).toBeNull();
  });

  it('keeps a byte order mark, so that no byte is lost on the way', () => {
    expect(fromUtf8(Uint8Array.of(0xef, 0xbb, 0xbf, 0x41))).toBe('\uFEFFA');
  });
});

describe('byte strings', () => {
  it('are equal when every byte is, and only then', () => {
    fc.assert(
      fc.property(anyBytes, anyBytes, (a, b) => {
        expect(equalBytes(a, Uint8Array.from(a))).toBe(true);
        expect(equalBytes(a, b)).toBe(Buffer.compare(a, b) === 0);
        expect(equalBytes(a, concatBytes(a, Uint8Array.of(0)))).toBe(false);
      }),
    );
  });

  it('are joined in their order, into memory of their own', () => {
    const [a, b] = [Uint8Array.of(1, 2), Uint8Array.of(3)];
    const joined = concatBytes(a, new Uint8Array(0), b);
    a.fill(9);
    expect(joined).toEqual(Uint8Array.of(1, 2, 3));
    expect(toHex(joined)).toBe('010203');
  });
});
