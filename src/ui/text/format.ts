/** Owns how amounts and times look to people. Decimals come from our own table; Intl only groups. */
import { currencyOfNumeric } from '#protocol/currency.ts';
import { currentLanguage } from './text.ts';

export type MoneyPart = {
  readonly kind: 'sign' | 'symbol' | 'space' | 'whole' | 'point' | 'fraction';
  readonly text: string;
};

/** Formatters are dear on a slow phone: each is made once for a language. */
const made = new Map<string, unknown>();
function once<T>(key: string, make: (language: string) => T): T {
  const language = currentLanguage();
  const name = `${language} ${key}`;
  const known = made.get(name) as T | undefined;
  if (known !== undefined) return known;
  const formatter = make(language);
  made.set(name, formatter);
  return formatter;
}

const digits = () =>
  once('digits', (language) => {
    const ten = new Intl.NumberFormat(language, { useGrouping: false }).format(9876543210n);
    return [...ten].reverse();
  });

const PART_KINDS: Readonly<Record<string, MoneyPart['kind']>> = {
  currency: 'symbol',
  literal: 'space',
  decimal: 'point',
  fraction: 'fraction',
};

/** The currency's letters, or its number when this version does not know it. */
export function currencyLabel(currency: number): string {
  return currencyOfNumeric(currency)?.alpha ?? String(currency).padStart(3, '0');
}

/**
 * An amount as the language writes it. The whole part goes through Intl as a bigint and the
 * fraction is ours, so that no digit ever passes through a float or an Intl opinion on decimals.
 */
export function moneyParts(minor: bigint, currency: number): MoneyPart[] {
  const exponent = currencyOfNumeric(currency)?.exponent ?? 0;
  const formatter = once(
    `money ${currency}`,
    (language) =>
      new Intl.NumberFormat(language, {
        style: 'currency',
        currency: currencyOfNumeric(currency)?.alpha ?? 'XXX',
        minimumFractionDigits: exponent,
        maximumFractionDigits: exponent,
      }),
  );
  const text = String(minor < 0n ? -minor : minor).padStart(exponent + 1, '0');
  const fraction = [...text.slice(text.length - exponent)].map((d) => digits()[Number(d)]).join('');
  const parts: { kind: MoneyPart['kind']; text: string }[] = [];
  for (const { type, value } of formatter.formatToParts(
    BigInt(text.slice(0, text.length - exponent)),
  )) {
    const kind = PART_KINDS[type] ?? 'whole';
    const last = parts.at(-1);
    // Groups and the marks between them are one whole part.
    if (last?.kind === kind) last.text += value;
    else parts.push({ kind, text: kind === 'fraction' ? fraction : value });
  }
  return minor < 0n ? [{ kind: 'sign', text: '−' }, ...parts] : parts;
}

export function formatMoney(minor: bigint, currency: number): string {
  return moneyParts(minor, currency)
    .map(({ text }) => text)
    .join('');
}

/**
 * Days and times are written as where the phone lives: British and American English differ in them.
 * Amounts are not: two phones side by side show one amount alike.
 */
function momentFormat(key: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const language = currentLanguage();
  const tags = globalThis.navigator?.languages ?? [];
  const place = tags.find((tag) => tag.toLowerCase().split('-')[0] === language) ?? language;
  return once(`${key} ${place}`, () => new Intl.DateTimeFormat(place, options));
}

export function formatTime(atMs: number): string {
  const time = momentFormat('time', { hour: '2-digit', minute: '2-digit' }).format(atMs);
  // "AM" does not stand on a line of its own.
  return time.replaceAll(/\s/g, '\u00a0');
}

export function formatDay(atMs: number): string {
  const day = { day: 'numeric', month: 'short', year: 'numeric' } as const;
  return momentFormat('day', day).format(atMs);
}

/** For one payment's story and for slips: day and time to the minute. */
export function formatMoment(atMs: number): string {
  return `${formatDay(atMs)}, ${formatTime(atMs)}`;
}

/** The time; with its day when that is not today any more. */
export function formatSince(atMs: number, nowMs: number): string {
  return formatDay(atMs) === formatDay(nowMs) ? formatTime(atMs) : formatMoment(atMs);
}

/** Account ids in groups of four, as people read them to each other: `7Q2K 9FZX …`. */
export function formatAccount(account: string): string {
  return account.replace(/(.{4})(?=.)/g, '$1 ');
}

/** Enough of an account id to tell two payees apart at a glance. */
export function shortAccount(account: string): string {
  return `${account.slice(0, 4)} … ${account.slice(-4)}`;
}

/** The language's decimal point, for a keypad. */
export function decimalPoint(): string {
  return once('point', (language) => {
    const parts = new Intl.NumberFormat(language, { minimumFractionDigits: 1 }).formatToParts(1n);
    return parts.find(({ type }) => type === 'decimal')?.value ?? '.';
  });
}

/** `KES, Kenyan shilling`; the letters alone where the browser has no names. */
export function currencyName(alpha: string): string {
  const names = once(
    'currencies',
    (language) => new Intl.DisplayNames(language, { type: 'currency' }),
  );
  const name = names.of(alpha);
  return name === undefined || name === alpha ? alpha : `${alpha}, ${name}`;
}
