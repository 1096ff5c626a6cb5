import { expect, test } from 'vitest';
import { AWAITED_FOR_S, mayBeForgotten } from '#ledger/lost-time.ts';
import { EPOCH_UNIT_S, FIRST_EPOCH } from '#protocol/epoch.ts';

const EPOCH = 30_000_000;
const BEGAN_AT_S = EPOCH * EPOCH_UNIT_S;
const HOUR_S = 3600;
const YEAR_S = 365 * 24 * HOUR_S;
const dated = (authorizedAtS: number) => ({ authorizedAtS });

test.each([
  ['made before the restore', BEGAN_AT_S - 10, 60, true],
  ['made by a phone whose clock stands years back', BEGAN_AT_S - 10 * YEAR_S, 60, true],
  ['made a minute later, or before by a phone that is ahead', BEGAN_AT_S + 60, 3000, true],
  ['made hours later', BEGAN_AT_S + 2 * HOUR_S, 3 * HOUR_S, false],
  ['dated later than now, so made whenever', BEGAN_AT_S + YEAR_S, 3 * HOUR_S, true],
  ['brought on the last day', BEGAN_AT_S - 10, AWAITED_FOR_S - 1, true],
  ['brought when nobody is awaited any more', BEGAN_AT_S - 10, AWAITED_FOR_S + 1, false],
  ['brought while the server’s clock is behind', BEGAN_AT_S - 10, -HOUR_S, true],
])('an order %s', (_, authorizedAtS, sinceS, expected) => {
  expect(mayBeForgotten(dated(authorizedAtS), undefined, EPOCH, BEGAN_AT_S + sinceS)).toBe(
    expected,
  );
});

test('a server that was never restored has forgotten nothing', () => {
  expect(mayBeForgotten(dated(BEGAN_AT_S), undefined, FIRST_EPOCH, BEGAN_AT_S)).toBe(false);
});

test('an epoch that was counted on, not called after a time, keeps nobody waiting', () => {
  expect(mayBeForgotten(dated(BEGAN_AT_S), undefined, 2_000_000_001, BEGAN_AT_S)).toBe(false);
});

test.each([
  ['from before the restore', BEGAN_AT_S - 1, true],
  ['of this epoch', BEGAN_AT_S, false],
])('an order that draws on an allowance %s, whatever date it bears', (_, validFromS, expected) => {
  const order = dated(BEGAN_AT_S - HOUR_S);
  expect(mayBeForgotten(order, { validFromS }, EPOCH, BEGAN_AT_S + HOUR_S)).toBe(expected);
});
