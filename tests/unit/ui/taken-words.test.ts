// What a payee is told of a payment that was taken: true words, spoken to the payee.
import { beforeAll, describe, expect, test } from 'vitest';
import { isFinalCode, isRefusalCode, REFUSALS, type RefusalCode } from '#protocol/refusals.ts';
import { reasonFor, takenAloud, takenSentences } from '#ui/taken-words.ts';
import { speak } from '#ui/text/text.ts';
import { takenPayment } from './sample-taken.ts';

beforeAll(() => speak('en'));

const refused = (code: RefusalCode) => takenPayment('a', 1, 'refused', { code });
const doubted = (doubt: RefusalCode) => takenPayment('a', 1, 'taken', { guaranteed: false, doubt });

describe('a payee', () => {
  test.each([
    'insufficient_funds',
    'allowance_overspent',
    'payer_frozen',
    'currency_not_held',
  ] as const)('is not told that %s is their own doing', (code) => {
    const [what] = takenSentences(refused(code));
    expect(what).toContain('payer');
    expect(what).not.toMatch(/\byour?\b/i);
  });

  test('is not told to pay', () => {
    for (const code of Object.keys(REFUSALS).filter(isRefusalCode).filter(isFinalCode)) {
      expect(takenSentences(refused(code)).join(' ')).not.toMatch(
        /pay (again if you|what you)|put money/i,
      );
    }
  });

  test('is not told that nothing was kept of what was kept', () => {
    for (const code of ['counterfoil_other_request', 'counterfoil_other_amount'] as const) {
      expect(takenSentences(doubted(code)).join(' ')).not.toContain('Nothing has been kept');
    }
  });

  test('reads that the server did not take it, and not that it goes by itself', () => {
    for (const taken of [takenPayment('a', 1), doubted('clock_doubtful')]) {
      const said = takenSentences(taken, true).join(' ');
      expect(said).toContain('The server did not take it. It stays here and is offered again.');
      expect(said).not.toContain('which sends it');
    }
  });

  test('hears “guaranteed” of what is guaranteed alone', () => {
    expect(takenAloud(takenPayment('a', 1))).toMatch(/^Guaranteed/);
    expect(takenAloud(doubted('clock_doubtful'))).toBe('Kept, not guaranteed');
  });
});

describe('whoever is shown the receipt of a refused payment', () => {
  const final = Object.keys(REFUSALS).filter(isRefusalCode).filter(isFinalCode);
  const OF_PAYER = [
    'insufficient_funds',
    'currency_not_held',
    'allowance_overspent',
    'payer_frozen',
  ] as const;

  test('reads whose doing it was: the payer of their own, everybody else of the payer’s', () => {
    for (const code of OF_PAYER) {
      expect(reasonFor(code, 'payer'), code).toMatch(/\byour?\b/i);
      for (const reader of ['payee', 'other'] as const) {
        expect(reasonFor(code, reader), code).toMatch(/^The payer/);
      }
    }
  });

  test('is not told of a wallet or a request of theirs who has no part in it', () => {
    for (const code of final) {
      expect(reasonFor(code, 'other'), code).not.toMatch(
        /\byour (wallet|request|balance|phone)\b/i,
      );
    }
    expect(reasonFor('payee_frozen', 'payee')).toMatch(/^Your wallet/);
  });
});
