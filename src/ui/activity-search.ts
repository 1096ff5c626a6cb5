/** Owns which lines of activity match what a person typed and chose. Pure. */
import { formatMinor } from '#protocol/amount.ts';
import { currencyOfNumeric } from '#protocol/currency.ts';
import type { ActivityLine } from './activity-lines.ts';

export const FILTERS = ['all', 'waiting', 'paid', 'received', 'unpaid'] as const;
export type Filter = (typeof FILTERS)[number];

export function filterOf(name: string | null): Filter {
  return FILTERS.find((filter) => filter === name) ?? 'all';
}

const STATES: Readonly<Record<Exclude<Filter, 'all'>, readonly ActivityLine['state'][]>> = {
  waiting: ['promised', 'guaranteed', 'doubted'],
  paid: ['accepted'],
  received: ['received'],
  unpaid: ['refused', 'expired', 'cancelled'],
};

/** Without case, accents and digit grouping: what people type need not be what is stored. */
export function plain(text: string): string {
  return text
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/(?<=\d)[\s\u2019'](?=\d{3})/g, '')
    .trim();
}

type Findable = { readonly words: string; readonly ids: string };

/** Everything a line can be found by; a line never changes, so it is made once. */
const made = new WeakMap<ActivityLine, Findable>();
function findable(line: ActivityLine): Findable {
  const known = made.get(line);
  if (known) return known;
  const currency = currencyOfNumeric(line.currency);
  const amount = formatMinor(line.amountMinor, currency?.exponent ?? 0);
  const words = plain([line.name, line.note ?? '', amount, currency?.alpha ?? ''].join('\n'));
  const texts = { words, ids: plain(`${line.key}\n${line.counterparty}`) };
  made.set(line, texts);
  return texts;
}

/** Two digits stand by chance in one id of forty: an id is asked for with more of it. */
const ID_PART_MIN = 4;

/** Words in any order; an amount with the comma of half the world. */
function wordsOf(query: string): string[] {
  return plain(query)
    .replace(/(?<=\d),(?=\d)/g, '.')
    .split(/\s+/)
    .filter((word) => word !== '');
}

export type Question = { readonly filter: Filter; readonly query: string };

export function asksAnything({ filter, query }: Question): boolean {
  return filter !== 'all' || query.trim() !== '';
}

export function findLines(
  lines: readonly ActivityLine[],
  { filter, query }: Question,
): readonly ActivityLine[] {
  const words = wordsOf(query);
  const states = filter === 'all' ? undefined : STATES[filter];
  if (!states && words.length === 0) return lines;
  return lines.filter((line) => {
    if (states && !states.includes(line.state)) return false;
    if (words.length === 0) return true;
    const text = findable(line);
    return words.every(
      (word) =>
        text.words.includes(word) || (word.length >= ID_PART_MIN && text.ids.includes(word)),
    );
  });
}
