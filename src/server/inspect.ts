/** Owns `npm run inspect`: one text per line in, one JSON object per line out, whatever the line holds. */
import { pipeline } from 'node:stream/promises';
import { refuse } from '#protocol/refusals.ts';
import { type InputLine, readLines } from './input-lines.ts';
import { type Inspection, inspectionJson, inspectLine, refusedInspection } from './inspect-line.ts';

function inspect(line: InputLine): Inspection | undefined {
  if (line.kind === 'too-long') {
    return refusedInspection('unknown', refuse('text_too_long').refusal);
  }
  if (line.kind === 'not-utf-8') {
    return refusedInspection('unknown', refuse('bytes_malformed', 'not UTF-8').refusal);
  }
  return line.text.trim() === '' ? undefined : inspectLine(line.text);
}

async function* inspectAll(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  for await (const line of readLines(chunks)) {
    const inspection = inspect(line);
    if (inspection) yield `${inspectionJson(inspection)}\n`;
  }
}

/** Whoever reads our output may have seen enough: `npm run inspect | head`. */
function readerLeft(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return code === 'EPIPE' || code === 'ERR_STREAM_PREMATURE_CLOSE';
}

try {
  await pipeline(process.stdin, inspectAll, process.stdout, { end: false });
} catch (error) {
  if (!readerLeft(error)) throw error;
}
