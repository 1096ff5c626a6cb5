/** Owns the list of all activity: thousands of lines, of which only those in sight exist. */
import { useEffect, useMemo, useState } from 'preact/hooks';
import type { ActivityLine } from '../activity-lines.ts';
import { type ActivityRow, type Heights, rowOffsets, rowsByDay } from '../activity-rows.ts';
import { formatDay, formatTime } from '../text/format.ts';
import { t } from '../text/text.ts';
import { useWindowSlice } from '../use-window-slice.ts';
import { lineAddress, lineTitle, mayMove } from './activity-row.tsx';
import { Amount } from './amount.tsx';
import { StateBadge } from './state-badge.tsx';

// In rem: rows of known height need not be measured. Where large text leaves little room beside each
// other, name, amount, state and time stand on a line each.
const DAY_REM = 2.5;
const LINE_REM = 4.25;
const NARROW_LINE_REM = 6;
const NARROW_BELOW_REM = 15;
const DAY_MS = 24 * 60 * 60 * 1000;

/** Follows the size of type that the person chose for this phone. */
function useHeights(): Heights {
  const read = () => {
    const rem = Number.parseFloat(getComputedStyle(document.documentElement).fontSize) || 16;
    const isNarrow = innerWidth < NARROW_BELOW_REM * rem;
    return { day: DAY_REM * rem, line: (isNarrow ? NARROW_LINE_REM : LINE_REM) * rem };
  };
  const [heights, setHeights] = useState(read);
  useEffect(() => {
    const follow = () => setHeights(read());
    addEventListener('resize', follow);
    return () => removeEventListener('resize', follow);
  }, []);
  return heights;
}

function dayName(atMs: number, nowMs: number): string {
  const today = new Date(nowMs).setHours(0, 0, 0, 0);
  if (atMs >= today) return t('day.today');
  return atMs >= today - DAY_MS ? t('day.yesterday') : formatDay(atMs);
}

function Line(props: { readonly line: ActivityLine }) {
  const { line } = props;
  const signed = line.direction === 'out' ? -line.amountMinor : line.amountMinor;
  const moved = mayMove(line);
  return (
    <a class="row-link" href={lineAddress(line)}>
      <span class="row-title">{lineTitle(line)}</span>
      <span class="row-amount" data-moved={moved}>
        <Amount minor={signed} currency={line.currency} signed />
      </span>
      <span class="row-state">
        <StateBadge state={line.state} /> <time>{formatTime(line.atMs)}</time>
        {line.note && <span class="activity-note">{line.note}</span>}
      </span>
    </a>
  );
}

function keyOf(row: ActivityRow): string {
  return row.kind === 'day' ? `day ${row.atMs}` : row.line.key;
}

/** `onFar` is told when the end comes into sight, so that more is read. */
export function ActivityList(props: {
  readonly lines: readonly ActivityLine[];
  readonly nowMs: number;
  readonly onFar: () => void;
}) {
  const heights = useHeights();
  const rows = useMemo(() => rowsByDay(props.lines), [props.lines]);
  const offsets = useMemo(() => rowOffsets(rows, heights), [rows, heights]);
  const { list, slice } = useWindowSlice(offsets);
  const far = slice.end >= rows.length;
  useEffect(() => {
    if (far) props.onFar();
  }, [far, rows.length]);
  return (
    <ol
      ref={list}
      class="activity-list"
      style={{
        '--line-height': `${heights.line}px`,
        paddingBlockStart: `${slice.above}px`,
        paddingBlockEnd: `${slice.below}px`,
      }}
    >
      {rows.slice(slice.first, slice.end).map((row, i) => (
        <li
          key={keyOf(row)}
          class={row.kind === 'day' ? 'activity-day' : 'activity-line'}
          aria-setsize={rows.length}
          aria-posinset={slice.first + i + 1}
        >
          {row.kind === 'day' ? (
            <h2>{dayName(row.atMs, props.nowMs)}</h2>
          ) : (
            <Line line={row.line} />
          )}
        </li>
      ))}
    </ol>
  );
}
