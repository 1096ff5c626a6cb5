import { describe, expect, test } from 'vitest';
import { addressKey, createRateLimit } from '#server/http/rate-limit.ts';

describe('a rate limit', () => {
  test('lets a burst through and then one as each comes back', () => {
    const limit = createRateLimit(60);
    for (let i = 0; i < 60; i++) expect(limit.take('a', 0)).toBe(0);
    expect(limit.take('a', 0)).toBe(1000);
    expect(limit.take('a', 400)).toBe(600);
    expect(limit.take('a', 1000)).toBe(0);
    expect(limit.take('a', 1000)).toBe(1000);
  });

  test('counts every address for itself', () => {
    const limit = createRateLimit(1);
    expect(limit.take('192.0.2.1', 0)).toBe(0);
    expect(limit.take('192.0.2.2', 0)).toBe(0);
    expect(limit.take('192.0.2.1', 0)).toBeGreaterThan(0);
  });

  test('never gives more than a burst, however long it rests', () => {
    const limit = createRateLimit(2);
    limit.take('a', 0);
    const later = 10 ** 9;
    expect([1, 2, 3].map(() => limit.take('a', later) === 0)).toEqual([true, true, false]);
  });

  test('is not opened by a clock that is put back', () => {
    const limit = createRateLimit(1);
    limit.take('a', 10_000);
    expect(limit.take('a', 0)).toBeGreaterThan(0);
  });

  test.each([
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2'],
    ['2001:db8:1:2::9', '2001:db8:1:2'],
    ['2001:db8::1', '2001:db8:0:0'],
    ['::1', '0:0:0:0'],
    ['::ffff:192.0.2.1', '192.0.2.1'],
    ['192.0.2.1', '192.0.2.1'],
  ])('counts the many addresses of one customer together: %s', (address, key) => {
    expect(addressKey(address)).toBe(key);
  });
});

test('a clock that is put back locks nobody out until it comes there again', () => {
  const limit = createRateLimit(60);
  const fastMs = 3 * 3_600_000;
  expect(limit.take('192.0.2.1', fastMs, 60)).toBe(0);
  expect(limit.take('192.0.2.1', 0)).toBe(1000);
  expect(limit.take('192.0.2.1', 1000)).toBe(0);
  expect(limit.take('192.0.2.1', 1000)).toBe(1000);
});

test.each([
  ['in capitals', '2001:DB8::1'],
  ['with zeros', '2001:0db8:0000:0000::0001'],
  ['whole', '2001:db8:0:0:9:8:7:6'],
])('one network is one key: %s', (_, address) => {
  expect(addressKey(address)).toBe(addressKey('2001:db8::1'));
});

test('what is no address has one key, however long it is', () => {
  const names = ['unknown', 'x'.repeat(15_000), '', '1.2.3.4, 5.6.7.8', '_hidden:80'];
  expect(new Set(names.map(addressKey)).size).toBe(1);
});
