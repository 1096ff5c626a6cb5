/** Owns one line of activity: who, when, its state in a word, and the amount. */
import type { ActivityLine } from '../activity-lines.ts';
import { formatDay, formatTime, shortAccount } from '../text/format.ts';
import { t } from '../text/text.ts';
import { Amount } from './amount.tsx';
import { StateBadge } from './state-badge.tsx';

/** Who is on the other side, in words. */
export function lineTitle(line: ActivityLine): string {
  if (line.kind !== 'payment') return t(`entry.${line.kind}`);
  const name = line.name || shortAccount(line.counterparty);
  return line.direction === 'out' ? t('entry.to', { name }) : t('entry.from', { name });
}

/** `/slip/…` while it is on its way, the whole story afterwards; what was taken here has its own page. */
export function lineAddress(line: ActivityLine): string {
  const key = encodeURIComponent(line.key);
  if (line.direction === 'in' && line.state !== 'received') return `/taken/${key}`;
  return line.state === 'promised' ? `/slip/${key}` : `/activity/${key}`;
}

function sameDay(aMs: number, bMs: number): boolean {
  return new Date(aMs).toDateString() === new Date(bMs).toDateString();
}

/** The time alone for today, else the day. */
export function lineMoment(atMs: number, nowMs: number): string {
  return sameDay(atMs, nowMs) ? formatTime(atMs) : formatDay(atMs);
}

/** Money has moved, or may still: what came to nothing is crossed out. */
export function mayMove({ state }: ActivityLine): boolean {
  return state !== 'refused' && state !== 'expired' && state !== 'cancelled';
}

type RowProps = {
  readonly line: ActivityLine;
  readonly nowMs: number;
  /** The currency that need not be repeated on each line. */
  readonly usualCurrency?: number | undefined;
};

export function ActivityRow(props: RowProps) {
  const { line } = props;
  const signed = line.direction === 'out' ? -line.amountMinor : line.amountMinor;
  const moved = mayMove(line);
  return (
    <li class="row" data-state={line.state}>
      <a class="row-link" href={lineAddress(line)}>
        <span class="row-title">{lineTitle(line)}</span>
        <span class="row-amount" data-moved={moved}>
          <Amount
            minor={signed}
            currency={line.currency}
            signed
            bare={line.currency === props.usualCurrency}
          />
        </span>
        <span class="row-state">
          <StateBadge state={line.state} /> <time>{lineMoment(line.atMs, props.nowMs)}</time>
        </span>
      </a>
    </li>
  );
}
