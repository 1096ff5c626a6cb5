/** Owns drawing a text as a QR symbol: one SVG path. It stands in a chunk of its own, with the encoder. */
import { encodeQR } from 'qr';

/** ISO/IEC 18004 §5.3.8 asks for four light modules around a symbol. */
const QUIET_ZONE = 4;

export type QrPath = {
  /** Modules across, quiet zone included: the symbol's own units. */
  readonly size: number;
  readonly path: string;
};

/** Dark modules as runs along rows: a quarter of the length that single modules take. */
export function pathOfMatrix(matrix: readonly (readonly boolean[])[]): string {
  const runs: string[] = [];
  for (const [y, row] of matrix.entries()) {
    for (let x = 0; x < row.length; ) {
      let end = x;
      while (row[end] === true) end += 1;
      if (end > x) runs.push(`M${x} ${y}h${end - x}v1h-${end - x}z`);
      x = end + 1;
    }
  }
  return runs.join('');
}

/** Text in upper case takes the alphanumeric mode by itself. Null when no symbol holds so much. */
export function qrPath(text: string): QrPath | null {
  try {
    const matrix = encodeQR(text, 'raw', { ecc: 'medium', border: QUIET_ZONE });
    return { size: matrix.length, path: pathOfMatrix(matrix) };
  } catch {
    return null;
  }
}
