import { describe, expect, it } from 'vitest';
import {
  CURRENCIES,
  currencyNumericText,
  currencyOfAlpha,
  currencyOfNumeric,
} from '#protocol/currency.ts';

// ISO 4217 as printed, independently of how our table packs it.
const NONE = 'BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF';
const THREE = 'BHD IQD JOD KWD LYD OMR TND';
const FOUR = 'CLF UYW';

describe('exponents are those of ISO 4217', () => {
  it.each([
    [0, NONE],
    [3, THREE],
    [4, FOUR],
  ])('%i decimals: exactly %s', (exponent, list) => {
    const found = CURRENCIES.filter((currency) => currency.exponent === exponent);
    expect(found.map(({ alpha }) => alpha).join(' ')).toBe(list);
  });

  it('all others have two, also where people write none', () => {
    for (const alpha of 'IDR KHR COP HUF LAK MMK MGA MRU AFN KPW XAD'.split(' ')) {
      expect(currencyOfAlpha(alpha)?.exponent, alpha).toBe(2);
    }
  });
});

describe('a currency is found by its number and by its letters', () => {
  it.each([
    ['008', 'ALL'],
    ['032', 'ARS'],
    ['048', 'BHD'],
    ['156', 'CNY'],
    ['392', 'JPY'],
    ['532', 'XCG'],
    ['840', 'USD'],
    ['924', 'ZWG'],
    ['925', 'SLE'],
    ['926', 'VED'],
    ['927', 'UYW'],
    ['928', 'VES'],
    ['929', 'MRU'],
    ['930', 'STN'],
    ['952', 'XOF'],
    ['978', 'EUR'],
    ['986', 'BRL'],
    ['990', 'CLF'],
  ])('%s is %s', (text, alpha) => {
    const currency = currencyOfNumeric(Number(text));
    expect(currency?.alpha).toBe(alpha);
    expect(currencyOfAlpha(alpha)).toBe(currency);
    expect(currencyNumericText(currency?.numeric ?? -1)).toBe(text);
  });

  it('no two currencies share a number or letters', () => {
    expect(new Set(CURRENCIES.map(({ numeric }) => numeric)).size).toBe(CURRENCIES.length);
    expect(new Set(CURRENCIES.map(({ alpha }) => alpha)).size).toBe(CURRENCIES.length);
    expect(CURRENCIES.length).toBe(165);
  });

  it('withdrawn codes, metals and test codes are no currencies to pay in', () => {
    for (const alpha of 'ANG BGN CUC HRK SLL ZWL XAU XDR XTS XXX usd'.split(' ')) {
      expect(currencyOfAlpha(alpha), alpha).toBeUndefined();
    }
    for (const numeric of [0, 191, 694, 959, 963, 999, 1000, -1, 1.5, Number.NaN]) {
      expect(currencyOfNumeric(numeric), String(numeric)).toBeUndefined();
    }
  });
});
