import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fromBase45, toBase45 } from '#protocol/base45.ts';
import vectors from '../../vectors/webauthn-assertions.json';

type Dcc = { readonly id: string; readonly payload: string };

function payloadOf(id: string): string {
  const found = (vectors as readonly Partial<Dcc>[]).find((entry) => entry.id === id);
  return found?.payload ?? '';
}

describe('base45 (RFC 9285)', () => {
  // §4.3 and §4.4, the examples of the document.
  it.each([
    ['AB', 'BB8'],
    ['Hello!!', '%69 VD92EX0'],
    ['base-45', 'UJCLQE7W581'],
    ['ietf!', 'QED8WEX0'],
    ['', ''],
  ])('%j is %j, both ways', (text, encoded) => {
    const bytes = Uint8Array.from(Buffer.from(text));
    expect(toBase45(bytes)).toBe(encoded);
    expect(fromBase45(encoded)).toEqual(bytes);
  });

  it('comes back as the same bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => {
        expect(fromBase45(toBase45(bytes))).toEqual(bytes);
      }),
    );
  });

  it('a text that is read is the only text of its bytes', () => {
    const alphabet = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:';
    const text = fc.string({ unit: fc.constantFrom(...alphabet), maxLength: 12 });
    fc.assert(
      fc.property(text, (candidate) => {
        const bytes = fromBase45(candidate);
        if (bytes) expect(toBase45(bytes)).toBe(candidate);
      }),
      { numRuns: 2000 },
    );
  });

  it.each([
    ['A', 'one character over'],
    ['BB8A', 'one character over'],
    ['GGW', 'a triple beyond 65535 (RFC 9285 §6)'],
    [':::', 'a triple beyond 65535'],
    ['V5', 'a pair beyond 255'],
    ['::', 'a pair beyond 255'],
    ['bb8', 'lower case'],
    ['BB=', 'other characters'],
    ['B\n8', 'line ends'],
    ['😀8', 'characters of other planes'],
    ['Ｂ8B', 'full-width letters'],
  ])('%j is refused: %s', (text) => {
    expect(fromBase45(text)).toBeNull();
  });

  it('takes the last triple and pair that fit', () => {
    expect(fromBase45('FGW')).toEqual(Uint8Array.of(0xff, 0xff));
    expect(fromBase45('U5')).toEqual(Uint8Array.of(0xff));
  });
});

describe('base45 in the wild: the EU test codes', () => {
  it('B1 is refused: characters outside the alphabet', () => {
    expect(payloadOf('dcc-common-B1')).toContain('=');
    expect(fromBase45(payloadOf('dcc-common-B1').slice(4))).toBeNull();
  });

  it('H2 is sound base45 behind a foreign prefix, which is its only fault', () => {
    expect(payloadOf('dcc-common-H2').slice(0, 4)).toBe('HC2:');
    expect(fromBase45(payloadOf('dcc-common-H2').slice(4))).not.toBeNull();
  });

  it('Z2 is sound base45 of 393 bytes; that they are not compressed is not base45’s concern', () => {
    expect(fromBase45(payloadOf('dcc-common-Z2').slice(4))?.length).toBe(393);
  });

  it('every other code of the file is read and written again alike', () => {
    const codes = (vectors as readonly Partial<Dcc>[]).filter((entry) => entry.payload);
    const others = codes.filter((entry) => entry.id !== 'dcc-common-B1');
    expect(others.length).toBe(8);
    for (const { id, payload = '' } of others) {
      const bytes = fromBase45(payload.slice(4));
      expect(bytes && toBase45(bytes), id).toBe(payload.slice(4));
    }
  });
});
