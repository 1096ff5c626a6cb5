/** Small rules of the page: addresses, cuts, slips, payees, reloads. */
import { describe, expect, test } from 'vitest';
import { recentPayment } from '#ui/parts/review-warnings.tsx';
import { tearPath, tearPoints } from '#ui/parts/tear-line.ts';
import { comparePayee } from '#ui/payee-check.ts';
import { currencyOfRegion, regionOf } from '#ui/region.ts';
import { holdReload, mayReload } from '#ui/reload-guard.ts';
import { matchPath } from '#ui/router.ts';
import { sentWords, slipStage } from '#ui/slip-words.ts';
import { askedText, readAsked } from '#ui/use-review.ts';
import type { Payment } from '#wallet/payment.ts';

describe('addresses', () => {
  test.each([
    ['/', '/', {}],
    ['/slip/:id', '/slip/ab-_9', { id: 'ab-_9' }],
    ['/slip/:id', '/slip/a%20b', { id: 'a b' }],
    ['/scan', '/scan/', {}],
    ['/slip/:id', '/slip/%E0%A4%A', null],
    ['/slip/:id', '/slip', null],
    ['/activity', '/activity/1', null],
  ])('%s against %s', (pattern, path, params) => {
    expect(matchPath(pattern, path)).toEqual(params);
  });
});

describe('the cut', () => {
  test('is the same for the same payment and another for another one', () => {
    expect(tearPoints('abc', 12)).toEqual(tearPoints('abc', 12));
    expect(tearPoints('abc', 12)).not.toEqual(tearPoints('abd', 12));
  });

  test('fits: both halves are drawn along the same teeth', () => {
    const teeth = (side: 'above' | 'below') => tearPath('abc', side).path.replace(/V.*/, '');
    expect(teeth('above')).toBe(teeth('below'));
  });

  test('stays within its depth, also for an empty id', () => {
    for (const y of tearPoints('', 12)) expect(y >= 0 && y <= 12).toBe(true);
  });
});

describe('a slip', () => {
  const payment = { state: 'promised' } as Payment;
  const entry = {
    id: '',
    seq: 1,
    authorization: new Uint8Array(),
    payer: '',
    payee: '',
    amountMinor: 1n,
    currency: 404,
  };
  test('nobody else has seen a promise that has not left', () => {
    expect(slipStage({ payment, entry })).toBe('here');
  });
  test('a promise that has left, or is being settled right now, is out of our hands', () => {
    expect(slipStage({ payment, entry: { ...entry, sentAtMs: 1 } })).toBe('sent');
    expect(slipStage({ payment })).toBe('sent');
  });
  test('is called guaranteed once it was shown, and not when only the server was tried', () => {
    const tried = { ...entry, sentAtMs: 1 };
    expect(sentWords(tried, true)).toBe('slip.promised-tried');
    expect(sentWords({ ...tried, shownAtMs: 1 }, true)).toBe('slip.promised-shown');
  });
  test('a bare promise that was handed over is not said to be sent', () => {
    const tried = { ...entry, sentAtMs: 1 };
    expect(sentWords(tried, false)).toBe('slip.promised-sent');
    expect(sentWords({ ...tried, shownAtMs: 1 }, false)).toBe('slip.promised-handed');
  });
  test('a promise that the server did not take says so', () => {
    const quarantine = { code: 'device_unknown', sinceMs: 1, offeredAtMs: 1 } as const;
    expect(slipStage({ payment, entry: { ...entry, sentAtMs: 1, quarantine } })).toBe('aside');
  });
});

describe('a payee’s name', () => {
  const profile = { account: '', name: 'Mama Njeri', city: '', country: 'KE', category: '0000' };
  test('is confirmed in the spelling that codes use', () => {
    expect(comparePayee('MAMA NJERI', profile).kind).toBe('confirmed');
  });
  test('is different when the code says another one', () => {
    expect(comparePayee('MAMA NJOKI', profile).kind).toBe('different');
    expect(comparePayee('', profile).kind).toBe('different');
  });
});

test('a payment of a moment ago is warned of, one that came to nothing is not', () => {
  const at = (state: Payment['state'], createdAtMs: number) => ({ state, createdAtMs }) as Payment;
  expect(recentPayment([at('accepted', 1_000)], 2_000)).toBeDefined();
  expect(recentPayment([at('refused', 1_000), at('cancelled', 900)], 2_000)).toBeUndefined();
  expect(recentPayment([at('promised', 0)], 3_600_000)).toBeUndefined();
});

describe('what /pay was opened with', () => {
  test('a link’s own text comes before the draft of last time', () => {
    const stored = { requestText: 'old', savedAtMs: 0 };
    expect(askedText(new URLSearchParams({ r: 'new' }), stored)).toBe('new');
    expect(askedText(new URLSearchParams({ l: 'web+counterfoil:pay?r=x' }), stored)).toContain(
      'web+',
    );
    expect(askedText(new URLSearchParams(), stored)).toBe('old');
  });
  test('a code of another system is declined by its name', () => {
    expect(readAsked('upi://pay?pa=a@b')).toEqual({
      kind: 'refused',
      code: 'scheme_not_supported',
      scheme: 'UPI',
    });
  });
  test('no text is nothing to pay, any other text is refused, never thrown at', () => {
    expect(readAsked('  ')).toEqual({ kind: 'nothing' });
    expect(readAsked('hello')).toEqual({ kind: 'refused', code: 'text_unknown' });
  });
});

test('nothing reloads the page while anything holds it', () => {
  const first = holdReload();
  const second = holdReload();
  first();
  first();
  expect(mayReload()).toBe(false);
  second();
  expect(mayReload()).toBe(true);
});

test('the first guess of a currency is the country’s own', () => {
  expect(currencyOfRegion(regionOf('en-KE'))).toBe('KES');
  expect(currencyOfRegion(regionOf('fr-CI'))).toBe('XOF');
  expect(currencyOfRegion(regionOf('de'))).toBe('EUR');
  expect(regionOf('not a tag')).toBe('GB');
});
