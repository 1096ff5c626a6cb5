/** Owns which lines of activity match what a person typed and chose. Pure. */
import { formatMinor } from '#protocol/amount.ts';
import { currencyOfNumeric } from '#protocol/currency.ts';
import { type LengthUnit, readRun, valueAt } from '#protocol/emvco.ts';
import { ADDITIONAL_IDS } from '#protocol/request-values.ts';
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

const ADDITIONAL = '62';

/** What a request says of itself. It was checked when it was paid: of thousands only these words are read. */
function wordsOfRequest(text: string): readonly (string | undefined)[] {
  const read = (unit: LengthUnit) => {
    const { objects, fault } = readRun(text, unit);
    return fault ? undefined : readRun(valueAt(objects, ADDITIONAL) ?? '', unit).objects;
  };
  const said = read('characters') ?? read('bytes') ?? [];
  const { purpose, reference, billNumber } = ADDITIONAL_IDS;
  return [purpose, reference, billNumber].map((id) => valueAt(said, id));
}

type Findable = { readonly words: string; readonly ids: string };

/** Everything a line can be found by; a line never changes, so it is made once. */
const made = new WeakMap<ActivityLine, Findable>();
function findable(line: ActivityLine): Findable {
  const known = made.get(line);
  if (known) return known;
  const currency = currencyOfNumeric(line.currency);
  const amount = formatMinor(line.amountMinor, currency?.exponent ?? 0);
  const asked = wordsOfRequest(line.requestText ?? '');
  const words = plain([line.name, line.note, amount, currency?.alpha, ...asked].join('\n'));
  const texts = { words, ids: plain(`${line.key}\n${line.counterparty}`) };
  made.set(line, texts);
  return texts;
}

/** Two digits stand by chance in one id of forty: an id is asked for with more of it. */
const ID_PART_MIN = 4;

const GROUPED = /^\d{1,3}([.,])(?:\d{2,3}\1)*\d{3}(?:(?!\1)[.,]\d*)?$/;

/** As it was typed, with the decimal comma of half the world, and with what groups its digits left out. */
function readingsOf(word: string): readonly string[] {
  const group = GROUPED.exec(word)?.[1];
  const point = (text: string) => text.replace(/(?<=\d),(?=\d)/g, '.');
  return [word, point(word), ...(group ? [point(word.replaceAll(group, ''))] : [])];
}

/** Words in any order, each in every way in which it may be meant. */
function wordsOf(query: string): (readonly string[])[] {
  return plain(query)
    .split(/\s+/)
    .filter((word) => word !== '')
    .map(readingsOf);
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
    const has = (word: string) =>
      text.words.includes(word) || (word.length >= ID_PART_MIN && text.ids.includes(word));
    return words.every((readings) => readings.some(has));
  });
}
