/** A name that was paid before under another account is told: the code on the counter may be a swapped one. */
import { describe, expect, test } from 'vitest';
import { nameElsewhere } from '#ui/payee-check.ts';

const paid = [
  { payee: 'ALICE-1', payeeName: 'Café Éva' },
  { payee: 'BOB', payeeName: 'BOB' },
];

describe('a name met before', () => {
  test('with another account is told, with the account it had', () => {
    expect(nameElsewhere('BOB', 'MALLORY', paid)).toBe('BOB');
  });

  test('is compared in the spelling of codes', () => {
    expect(nameElsewhere('Bob', 'MALLORY', paid)).toBe('BOB');
  });

  test('with the same account is no news, whoever else has that name', () => {
    const both = [{ payee: 'OTHER', payeeName: 'BOB' }, ...paid];
    expect(nameElsewhere('BOB', 'BOB', both)).toBeUndefined();
  });

  test('never met, or none at all, is no warning', () => {
    expect(nameElsewhere('CAROL', 'MALLORY', paid)).toBeUndefined();
    expect(nameElsewhere('', 'MALLORY', [{ payee: 'X', payeeName: '' }])).toBeUndefined();
  });
});
