import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fromBase32, toBase32 } from '#protocol/base32.ts';

const LENGTHS = [5, 8, 10, 16, 32] as const;

describe('base32 ids', () => {
  it.each([
    ['', ''],
    ['00', '00'],
    ['ff', 'ZW'],
    ['0000000000', '00000000'],
    ['ffffffffff', 'ZZZZZZZZ'],
    // The alphabet in its order, five bits each.
    ['00443214c74254b635cf84653a56d7c675be77df', '0123456789ABCDEFGHJKMNPQRSTVWXYZ'],
  ])('%s is written %s', (hex, text) => {
    const bytes = Uint8Array.from(Buffer.from(hex, 'hex'));
    expect(toBase32(bytes)).toBe(text);
    expect(fromBase32(text, bytes.length)).toEqual(bytes);
  });

  it('come back as the same bytes, in lower case too', () => {
    const bytes = fc
      .constantFrom(...LENGTHS)
      .chain((length) => fc.uint8Array({ minLength: length, maxLength: length }));
    fc.assert(
      fc.property(bytes, (id) => {
        const text = toBase32(id);
        expect(text).toMatch(/^[0-9A-HJKMNP-TV-Z]*$/);
        expect(fromBase32(text, id.length)).toEqual(id);
        expect(fromBase32(text.toLowerCase(), id.length)).toEqual(id);
      }),
    );
  });

  it('read what people mistype: I and L are 1, O is 0', () => {
    expect(fromBase32('IiLlOo0Z', 5)).toEqual(fromBase32('1111000Z', 5));
    expect(fromBase32('IiLlOo0Z', 5)).not.toBeNull();
  });

  it('a text that is read names one id: written again it differs in letter case, I, L and O alone', () => {
    const unit = fc.oneof(
      fc.constantFrom(...'0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'),
      fc.constantFrom(...'ßſıﬀﬁﬅŉǰ -=U\u0000\u212A'),
    );
    const text = fc.array(unit, { minLength: 7, maxLength: 8 }).map((units) => units.join(''));
    fc.assert(
      fc.property(text, (candidate) => {
        const bytes = fromBase32(candidate, 5);
        if (!bytes) return;
        const plain = candidate.replaceAll(/[IiLl]/g, '1').replaceAll(/[Oo]/g, '0');
        expect(toBase32(bytes).toLowerCase()).toBe(plain.toLowerCase());
      }),
      { numRuns: 2000 },
    );
  });

  it.each([
    ['0000000', 'too short'],
    ['000000000', 'too long'],
    ['0000000U', 'U is not of the alphabet'],
    ['0000-000', 'hyphens'],
    ['0000 000', 'blanks'],
    ['ß0000000', 'ß, which upper case turns into SS'],
    ['0000000ſ', 'long s, which upper case turns into S'],
    ['0000000ı', 'dotless i, which upper case turns into I'],
    ['ﬀ0000000', 'a ligature, which upper case takes apart'],
  ])('%j is refused: %s', (text) => {
    expect(fromBase32(text, 5)).toBeNull();
  });

  it('refuse unused bits that are not zero', () => {
    expect(fromBase32('00000000000000000000000000', 16)).not.toBeNull();
    expect(fromBase32('00000000000000000000000001', 16)).toBeNull();
    expect(fromBase32('01', 1)).toBeNull();
  });
});
