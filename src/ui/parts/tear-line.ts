/** Owns the cut between two halves: a toothed line made of the payment's own id, so both halves fit. */

export type TearLine = { readonly width: number; readonly depth: number; readonly path: string };

const TEETH = 24;

/**
 * An indenture's cut. The same id gives the same teeth on every phone: held side by side, the
 * payer's half and the payee's half match, and those of two different payments do not.
 */
export function tearPoints(id: string, depth: number): readonly number[] {
  let hash = 0x811c9dc5;
  const points: number[] = [];
  for (let i = 0; i <= TEETH; i++) {
    hash = Math.imul(hash ^ (id.charCodeAt(i % Math.max(1, id.length)) || 0), 0x01000193) >>> 0;
    const share = ((hash >>> 16) & 15) / 15;
    // Every other point lies deep, so that it always reads as a cut and never as a wave.
    const level = i % 2 === 0 ? share * 0.45 : 0.55 + share * 0.45;
    points.push(Math.round(level * depth * 10) / 10);
  }
  return points;
}

/** The path of the paper above (`up`) or below the cut, in a box of 240 × depth. */
export function tearPath(id: string, side: 'above' | 'below', depth = 12): TearLine {
  const width = TEETH * 10;
  const line = tearPoints(id, depth)
    .map((y, i) => `${i === 0 ? 'M' : 'L'}${i * 10} ${y}`)
    .join('');
  const edge = side === 'above' ? 0 : depth;
  return { width, depth, path: `${line}V${edge}H0z` };
}

const SIDE_HEIGHT = 80;
const SIDE_DEPTH = 12;

/** The same cut standing upright: the paper at its left in a box of 12 × 80, and the cut alone. */
export function tearSidePath(id: string): {
  readonly width: number;
  readonly height: number;
  readonly path: string;
  readonly cut: string;
} {
  const points = tearPoints(id, SIDE_DEPTH).slice(0, 9);
  const step = SIDE_HEIGHT / (points.length - 1);
  const cut = points.map((x, i) => `${i === 0 ? 'M' : 'L'}${x} ${i * step}`).join('');
  return { width: SIDE_DEPTH, height: SIDE_HEIGHT, path: `${cut}H0V0z`, cut };
}
