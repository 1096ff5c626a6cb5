/** Amounts keep every digit and take their decimals from our own table; times are the phone's region's. */
import { afterEach, describe, expect, test, vi } from 'vitest';
import {
  decimalPoint,
  formatAccount,
  formatDay,
  formatMoney,
  formatSince,
  formatTime,
  moneyParts,
  shortAccount,
} from '#ui/text/format.ts';
import { speak } from '#ui/text/text.ts';

const KES = 404;
const UGX = 800;
const KWD = 414;
const CLF = 990;
const IDR = 360;

afterEach(async () => {
  vi.unstubAllGlobals();
  await speak('en');
});

describe('decimals come from our table', () => {
  test.each([
    ['two', KES, 125000n, 'KES 1,250.00'],
    ['none', UGX, 125000n, 'UGX 125,000'],
    ['three', KWD, 1234567n, 'KWD 1,234.567'],
    ['four', CLF, 12345n, 'CLF 1.2345'],
    ['two, where Intl would show none', IDR, 150n, 'IDR 1.50'],
    ['a fraction with a leading zero', KES, 5n, 'KES 0.05'],
    ['nothing', KES, 0n, 'KES 0.00'],
  ])('%s', (_, currency, minor, text) => {
    expect(formatMoney(minor, currency).replaceAll('\u00a0', ' ')).toBe(text);
  });
});

test('no digit passes through a float', () => {
  expect(formatMoney((1n << 53n) - 1n, KES)).toContain('90,071,992,547,409.91');
  expect(formatMoney(9223372036854775807n, KES)).toContain('92,233,720,368,547,758.07');
});

test('money out has a real minus, also when only its fraction is not zero', () => {
  expect(formatMoney(-5n, KES)).toMatch(/^−/);
  expect(moneyParts(-120n, KES)[0]).toEqual({ kind: 'sign', text: '−' });
});

test('a currency that this version does not know is shown by its number of minor units', () => {
  expect(formatMoney(1234n, 1)).toContain('1,234');
});

test('French groups and points as French does', async () => {
  await speak('fr');
  expect(formatMoney(125050n, KES).replaceAll(/\s/g, ' ')).toBe('1 250,50 KES');
  expect(decimalPoint()).toBe(',');
});

test('account ids are read in groups of four', () => {
  expect(formatAccount('7Q2K9FZXABCDEFGHJKMNPQRSTV')).toBe('7Q2K 9FZX ABCD EFGH JKMN PQRS TV');
  expect(shortAccount('7Q2K9FZXABCDEFGHJKMNPQRSTV')).toBe('7Q2K … RSTV');
});

describe('days and times are written as where the phone lives', () => {
  const AFTERNOON_MS = new Date(2026, 10, 29, 14, 5).getTime();

  test.each([
    ['American', ['en-US'], 'Nov 29, 2026', '02:05 PM'],
    ['British', ['en-GB'], '29 Nov 2026', '14:05'],
    ['British after French that is not spoken now', ['fr-CA', 'en-GB'], '29 Nov 2026', '14:05'],
    ['nowhere that says it in English', ['sw-KE'], 'Nov 29, 2026', '02:05 PM'],
  ])('%s', (_, languages, day, time) => {
    vi.stubGlobal('navigator', { languages });
    expect(formatDay(AFTERNOON_MS)).toBe(day);
    expect(formatTime(AFTERNOON_MS).replaceAll('\u00a0', ' ')).toBe(time);
  });

  test('a time is never broken in two', () => {
    vi.stubGlobal('navigator', { languages: ['en-US'] });
    expect(formatTime(AFTERNOON_MS)).not.toMatch(/[^\S\u00a0]/);
  });

  test('amounts are the same all over a language', () => {
    vi.stubGlobal('navigator', { languages: ['en-ZA'] });
    expect(formatMoney(125000n, KES).replaceAll('\u00a0', ' ')).toBe('KES 1,250.00');
  });
});

test('a time that is not of today is told with its day', () => {
  const atMs = Date.UTC(2026, 10, 28, 12, 4);
  expect(formatSince(atMs, atMs + 60_000)).toBe(formatTime(atMs));
  expect(formatSince(atMs, atMs + 24 * 3_600_000)).toBe(`${formatDay(atMs)}, ${formatTime(atMs)}`);
});
