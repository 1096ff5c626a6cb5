import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type InputLine, LINE_BYTES_MAX, readLines } from '#server/input-lines.ts';

async function* chunksOf(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

async function linesOf(bytes: Uint8Array, size = 7): Promise<string[]> {
  const lines: string[] = [];
  const shown = (line: InputLine) => (line.kind === 'text' ? line.text : `<${line.kind}>`);
  for await (const line of readLines(chunksOf(bytes, size))) lines.push(shown(line));
  return lines;
}

const utf8 = (text: string) => new TextEncoder().encode(text);

describe('a stream is cut into lines', () => {
  it('the last line needs no line end', async () => {
    expect(await linesOf(utf8('a\nb'))).toEqual(['a', 'b']);
    expect(await linesOf(utf8('a\nb\n'))).toEqual(['a', 'b']);
    expect(await linesOf(utf8(''))).toEqual([]);
  });

  it('a byte order mark is no part of the text', async () => {
    expect(await linesOf(utf8('\ufeffa\n'))).toEqual(['a']);
  });

  it('bytes that are no text are reported in their place', async () => {
    const bytes = Uint8Array.of(0x61, 0x0a, 0xff, 0xfe, 0x0a, 0x62);
    expect(await linesOf(bytes)).toEqual(['a', '<not-utf-8>', 'b']);
  });

  it('a line that is too long is skipped to its end', async () => {
    const long = 'x'.repeat(LINE_BYTES_MAX);
    expect(await linesOf(utf8(`a\n${long}\nb`), 1000)).toEqual(['a', long, 'b']);
    expect(await linesOf(utf8(`a\n${long}x\nb`), 1000)).toEqual(['a', '<too-long>', 'b']);
    expect(await linesOf(utf8(`${long}x`), 1000)).toEqual(['<too-long>']);
  });

  it('where the chunks end makes no difference', async () => {
    const texts = fc.string({ unit: fc.constantFrom('a', 'é', '語', '😀', '\n', '\r') });
    await fc.assert(
      fc.asyncProperty(texts, fc.integer({ min: 1, max: 9 }), async (text, size) => {
        const expected = text.split('\n');
        if (expected.at(-1) === '') expected.pop();
        expect(await linesOf(utf8(text), size)).toEqual(expected);
      }),
    );
  });
});
