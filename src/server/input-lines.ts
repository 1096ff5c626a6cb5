/** Owns cutting a stream of bytes into lines of text, holding no more than one line at a time. */

/** Four bytes for each of the 4096 characters that a text may have, and room for blanks around it. */
export const LINE_BYTES_MAX = 4 * 4096 + 64;

export type InputLine =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'too-long' }
  | { readonly kind: 'not-utf-8' };

const NEWLINE = 0x0a;

function lineOf(parts: readonly Uint8Array[]): InputLine {
  try {
    // The decoder drops a byte order mark; what is left of a CR LF is trimmed by the reader.
    return {
      kind: 'text',
      text: new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(parts)),
    };
  } catch {
    return { kind: 'not-utf-8' };
  }
}

/** A line that is too long is skipped to its end, not stored; the lines after it are read as usual. */
export async function* readLines(
  chunks: AsyncIterable<Uint8Array>,
): AsyncGenerator<InputLine, void, undefined> {
  let parts: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of chunks) {
    for (let from = 0; from < chunk.length; ) {
      const newline = chunk.indexOf(NEWLINE, from);
      const end = newline < 0 ? chunk.length : newline;
      length += end - from;
      if (length <= LINE_BYTES_MAX) parts.push(chunk.subarray(from, end));
      else parts = [];
      from = end + 1;
      if (newline < 0) continue;
      yield length > LINE_BYTES_MAX ? { kind: 'too-long' } : lineOf(parts);
      parts = [];
      length = 0;
    }
  }
  if (length > 0) yield length > LINE_BYTES_MAX ? { kind: 'too-long' } : lineOf(parts);
}
