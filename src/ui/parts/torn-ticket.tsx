/** Owns the picture of the welcome: one ticket torn in two. The tally's notches run across both halves. */
import { t } from '../text/text.ts';
import { tearPoints } from './tear-line.ts';

const WIDTH = 360;
const HEIGHT = 168;
const MIDDLE = 180;
const TEETH_DEPTH = 16;
const STEP = HEIGHT / 24;

const teeth = tearPoints('counterfoil', TEETH_DEPTH).map((x, i) => ({
  x: MIDDLE - TEETH_DEPTH / 2 + x,
  y: i * STEP,
}));
const cut = teeth.map(({ x, y }) => `L${x} ${y}`).join('');

/** Lines of the tally, as tooth and half lengths: what was cut through both sides at once. */
const NOTCHES = [
  { tooth: 6, left: 34, right: 46 },
  { tooth: 9, left: 58, right: 38 },
  { tooth: 12, left: 42, right: 64 },
  { tooth: 15, left: 66, right: 44 },
  { tooth: 18, left: 38, right: 54 },
];

function notches(side: 'left' | 'right'): string {
  return NOTCHES.map(({ tooth, left, right }) => {
    const { x = MIDDLE, y = 0 } = teeth[tooth] ?? {};
    return `M${x} ${y}h${side === 'left' ? -left : right}`;
  }).join('');
}

export function TornTicket() {
  return (
    <svg class="torn" viewBox={`0 0 ${WIDTH} ${HEIGHT}`} aria-hidden="true">
      <g class="torn-pay">
        <path d={`M-40 0${cut.replace(/^L/, 'H0L')}H-40z`} />
        <path class="torn-notch" d={notches('left')} />
        <text x="20" y="34">
          {t('welcome.half-pay')}
        </text>
        <text x="20" y="148" class="torn-word">
          {t('state.promised')}
        </text>
      </g>
      <g class="torn-receive">
        <path d={`M400 0${cut.replace(/^L/, 'H360L')}H400z`} />
        <path class="torn-notch" d={notches('right')} />
        <text x="340" y="34" text-anchor="end">
          {t('welcome.half-receive')}
        </text>
        <text x="340" y="148" text-anchor="end" class="torn-word">
          {t('state.accepted')}
        </text>
      </g>
    </svg>
  );
}
