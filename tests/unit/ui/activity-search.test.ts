import { describe, expect, test } from 'vitest';
import { writePaymentRequest } from '#protocol/payment-request-writer.ts';
import { assert } from '#protocol/refusals.ts';
import type { ActivityLine } from '#ui/activity-lines.ts';
import { asksAnything, type Filter, filterOf, findLines } from '#ui/activity-search.ts';

const line = (changed: Partial<ActivityLine>): ActivityLine => ({
  key: 'q83vASNFZ4mrze8BI0VniavN7wEjRWeJq83vASNFZ4k',
  direction: 'out',
  kind: 'payment',
  state: 'accepted',
  counterparty: '7Q2K9FZX4T8M1N5R3V6W0YBCD0',
  name: 'École Sainte-Thérèse',
  amountMinor: 125050n,
  currency: 978,
  atMs: 0,
  note: 'Two loaves',
  ...changed,
});

describe('a line is found by', () => {
  test.each([
    ['its name without accents', 'ecole therese', true],
    ['its name in capitals', 'SAINTE', true],
    ['its note', 'loaves', true],
    ['its amount with a point', '1250.50', true],
    ['its amount with a comma', '1250,5', true],
    ['its amount as a language groups it', '1’250', true],
    ['its amount grouped by a narrow space', '1\u202f250', true],
    ['its amount grouped by a comma', '1,250', true],
    ['its amount grouped by a comma, with decimals', '1,250.50', true],
    ['its amount grouped by a point', '1.250', true],
    ['its amount grouped by a point, with decimals', '1.250,50', true],
    ['its amount grouped by a space, with decimals', '1 250,50', true],
    ['its currency', 'eur', true],
    ['the beginning of its number', 'q83va', true],
    ['its account', '7q2k9f', true],
    ['several of these at once', 'loaves ecole 1250', true],
    ['but not by words of which one is missing', 'loaves taxi', false],
    ['but not by two digits that stand in an id by chance', '83', false],
    ['but not by another amount', '12505', false],
    ['but not by an amount whose decimals look like a group', '1,250,5', false],
  ])('%s', (_name, query, found) => {
    expect(findLines([line({})], { filter: 'all', query })).toHaveLength(found ? 1 : 0);
  });
});

test('large amounts are found as they are grouped, and a number in a note as it is written', () => {
  const large = line({ amountMinor: 123456700n, note: '2,500 bricks' });
  for (const query of ['1,234,567.00', '1.234.567', '12,34,567', '2,500']) {
    expect(findLines([large], { filter: 'all', query })).toEqual([large]);
  }
});

test('three decimals are not taken for a group', () => {
  const dinars = line({ amountMinor: 1_250_500n, currency: 414 });
  expect(findLines([dinars], { filter: 'all', query: '1,250.500' })).toEqual([dinars]);
  expect(findLines([dinars], { filter: 'all', query: '250.500' })).toEqual([dinars]);
});

test('a line is found by what the request says it is for', () => {
  const text = writePaymentRequest({
    payee: new Uint8Array(16),
    server: new Uint8Array(5),
    currency: 404,
    merchantName: 'Duka la Amina',
    city: 'Kisumu',
    countryCode: 'KE',
    merchantCategoryCode: '5411',
    additional: { purpose: 'Tomatoes 2 kg', billNumber: 'B-77', reference: 'stall nine' },
  });
  assert(text.ok, 'the request can be written');
  const sold = line({ requestText: text.value });
  for (const query of ['tomat', 'b-77', 'nine']) {
    expect(findLines([sold], { filter: 'all', query })).toEqual([sold]);
  }
  const unreadable = line({ requestText: 'not a request' });
  expect(findLines([unreadable], { filter: 'all', query: 'tomat' })).toEqual([]);
});

test('a currency without decimals is found by its plain number', () => {
  const francs = line({ amountMinor: 5000n, currency: 952 });
  expect(findLines([francs], { filter: 'all', query: '5000' })).toEqual([francs]);
  expect(findLines([francs], { filter: 'all', query: '50.00' })).toEqual([]);
});

test.each<[Filter, ActivityLine['state'][]]>([
  ['all', ['promised', 'accepted', 'received', 'refused', 'expired', 'cancelled']],
  ['waiting', ['promised']],
  ['paid', ['accepted']],
  ['received', ['received']],
  ['unpaid', ['refused', 'expired', 'cancelled']],
])('the filter %s shows %j', (filter, states) => {
  const all = (
    ['promised', 'accepted', 'received', 'refused', 'expired', 'cancelled'] as const
  ).map((state) => line({ state }));
  expect(findLines(all, { filter, query: '' }).map(({ state }) => state)).toEqual(states);
});

test('nothing asked gives the very same list back', () => {
  const lines = [line({})];
  expect(findLines(lines, { filter: 'all', query: '  ' })).toBe(lines);
  expect(asksAnything({ filter: 'all', query: ' ' })).toBe(false);
  expect(asksAnything({ filter: 'paid', query: '' })).toBe(true);
});

test('an unknown filter in an address is no filter', () => {
  expect(filterOf('everything')).toBe('all');
  expect(filterOf(null)).toBe('all');
  expect(filterOf('unpaid')).toBe('unpaid');
});
