import fc from 'fast-check';
import { encodeQR } from 'qr';
import { describe, expect, it } from 'vitest';
import { toBase45 } from '#protocol/base45.ts';
import {
  type CodePart,
  type Gathered,
  gather,
  readPart,
  splitIntoParts,
} from '#protocol/code-parts.ts';
import { readScannedText } from '#protocol/scanned-text.ts';

const TEXT = `CFC:${toBase45(new Uint8Array(700).map((_, index) => (index * 89) & 0xff))}`;

function partOf(text: string): CodePart {
  const part = readPart(text);
  if (!part) throw new Error(`no part: ${text}`);
  return part;
}

/** What has come together after all these parts, and when it first had. */
function gathered(parts: readonly CodePart[]): { readonly text?: string; readonly after?: number } {
  let before: Gathered | undefined;
  for (const [index, part] of parts.entries()) {
    const now = gather(before, part);
    if (now.text !== undefined) return { text: now.text, after: index + 1 };
    before = now.gathered;
  }
  return {};
}

/** Base45 text, of which a 45th of all characters are blanks, as long as a counterfoil may be. */
const anyText = fc
  .uint8Array({ minLength: 1, maxLength: 2304 })
  .map((bytes) => `CFC:${toBase45(bytes)}`);

describe('a text in parts', () => {
  it('comes together again, whatever is done to blanks at the ends of each', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const parts = splitIntoParts(text).map((part) => partOf(part.trim()));
        expect(gathered(parts)).toEqual({ text, after: parts.length });
      }),
      { numRuns: 300 },
    );
  });

  it('has no part that ends in a blank', () => {
    const blanks = `CFC:${'A  '.repeat(600)}A`;
    for (const part of splitIntoParts(blanks)) expect(part).toBe(part.trimEnd());
    expect(gathered(splitIntoParts(blanks).map(partOf)).text).toBe(blanks);
  });

  it('comes together in any order, with parts seen many times', () => {
    const parts = splitIntoParts(TEXT).map(partOf);
    const seen = fc.array(fc.constantFrom(...parts), { maxLength: 12 });
    fc.assert(
      fc.property(seen, fc.shuffledSubarray(parts, { minLength: parts.length }), (some, all) => {
        expect(gathered([...some, ...all]).text).toBe(TEXT);
      }),
    );
  });

  it('is not there before its last part', () => {
    const parts = splitIntoParts(TEXT).map(partOf);
    expect(parts.length).toBe(3);
    expect(gathered(parts.slice(0, -1))).toEqual({});
    expect(gathered([...parts.slice(1), ...parts.slice(1)])).toEqual({});
  });

  it('begins anew when a part of another text is seen', () => {
    const mine = splitIntoParts(TEXT).map(partOf);
    const theirs = splitIntoParts(`${TEXT}A`).map(partOf);
    const mixed = mine.map((part, place) => (place === 1 ? theirs[1] : part) as CodePart);
    expect(gathered(mixed)).toEqual({});
    expect(gathered([...mixed, ...mine])).toEqual({ text: TEXT, after: mine.length * 2 - 1 });
  });

  it('is given up when its parts are not what was split, and can be gathered after it', () => {
    const parts = splitIntoParts(TEXT).map(partOf);
    const damaged = parts.map((part, place) =>
      place === 0 ? { ...part, text: part.text.replace(/.$/, '?') } : part,
    );
    expect(gathered(damaged)).toEqual({});
    expect(gathered([...damaged, ...parts])).toEqual({ text: TEXT, after: damaged.length * 2 });
  });

  it('is not made of parts that count differently', () => {
    const [first, ...rest] = splitIntoParts(TEXT).map(partOf);
    if (!first) throw new Error('no part');
    expect(gathered([{ ...first, count: 2 }, ...rest])).toEqual({});
  });

  it('of one part is there at once', () => {
    expect(splitIntoParts('CFC:BB8')).toHaveLength(1);
    expect(gathered(splitIntoParts('CFC:BB8').map(partOf))).toEqual({ text: 'CFC:BB8', after: 1 });
  });

  it('is codes of version 13 at most, in alphanumeric characters', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        for (const part of splitIntoParts(text)) {
          expect(part).toMatch(/^[0-9A-Z $%*+\-./:]+$/);
          const size = encodeQR(part, 'raw', { ecc: 'medium', border: 1 }).length;
          expect((size - 19) / 4).toBeLessThanOrEqual(13);
          expect(readScannedText(` ${part}\r\n`)).toMatchObject({ kind: 'part' });
        }
      }),
      { numRuns: 8 },
    );
  });

  it.each([
    ['nothing', ''],
    ['a blank at its end', 'CFC:A '],
    ['more than 16 parts', 'A'.repeat(16 * 460 + 1)],
    ['blanks that fill a part', `A${' '.repeat(500)}A`],
  ])('that would not come together is not split: %s', (_, text) => {
    expect(() => splitIntoParts(text)).toThrow(/comes together/);
  });

  it('may have 16 parts', () => {
    const text = 'A'.repeat(16 * 460);
    expect(gathered(splitIntoParts(text).map(partOf)).text).toBe(text);
  });
});

describe('a part', () => {
  it('that is read is written in one way', () => {
    const pieces = fc.string({ unit: fc.constantFrom(...'0A :/'), minLength: 1, maxLength: 8 });
    const numbers = fc.string({ unit: fc.constantFrom(...'0129'), minLength: 1, maxLength: 2 });
    fc.assert(
      fc.property(numbers, numbers, pieces, (place, count, piece) => {
        const text = `CFP:0123ABCD:${place}:${count}:${piece}`;
        const part = readPart(text);
        if (!part) return;
        expect(`CFP:${part.set}:${part.place}:${part.count}:${part.text}`).toBe(text);
      }),
      { numRuns: 1000 },
    );
  });

  it.each([
    ['a place of its count', 'CFP:0123ABCD:2:2:A'],
    ['no count', 'CFP:0123ABCD:0:0:A'],
    ['17 parts', 'CFP:0123ABCD:0:17:A'],
    ['three digits', 'CFP:0123ABCD:0:100:A'],
    ['a zero in front', 'CFP:0123ABCD:00:2:A'],
    ['a count with a zero in front', 'CFP:0123ABCD:0:02:A'],
    ['a set in lower case', 'CFP:0123abcd:0:2:A'],
    ['a short set', 'CFP:0123ABC:0:2:A'],
    ['no piece', 'CFP:0123ABCD:0:2:'],
    ['a piece of 461 characters', `CFP:0123ABCD:0:2:${'A'.repeat(461)}`],
    ['digits of another script', 'CFP:0123ABCD:٠:2:A'],
    ['a prefix in lower case', 'cfp:0123ABCD:0:2:A'],
    ['something in front', 'XCFP:0123ABCD:0:2:A'],
  ])('is refused with %s', (_, text) => {
    expect(readPart(text)).toBeNull();
  });

  it('whatever it is, is answered without a throw', () => {
    const texts = fc.tuple(
      fc.constantFrom('', 'CFP:', 'CFP:0123ABCD:', 'CFP:0123ABCD:0:1:'),
      fc.string({ unit: 'binary', maxLength: 600 }),
    );
    fc.assert(
      fc.property(texts, ([head, tail]) => {
        const part = readPart(head + tail);
        if (part) expect(gather(undefined, part).gathered.count).toBe(part.count);
      }),
    );
  });
});
