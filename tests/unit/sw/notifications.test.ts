import { describe, expect, test } from 'vitest';
import { wordsOfPush, wordsOfWaiting } from '#sw/notifications.ts';

describe('a push always shows something (F77)', () => {
  test.each<[string, string, object]>([
    [
      'a whole one',
      '{"title":"Paid","body":"12.50","url":"/slip/x"}',
      { title: 'Paid', body: '12.50', url: '/slip/x' },
    ],
    ['an empty one', '', { title: 'Counterfoil', body: '', url: '/' }],
    ['no JSON', 'hello', { title: 'Counterfoil', body: '', url: '/' }],
    ['null', 'null', { title: 'Counterfoil', body: '', url: '/' }],
    ['a list', '[1]', { title: 'Counterfoil', body: '', url: '/' }],
    ['other types', '{"title":1,"body":{},"url":[]}', { title: 'Counterfoil', body: '', url: '/' }],
    [
      'another site',
      '{"url":"https://evil.example"}',
      { title: 'Counterfoil', body: '', url: '/' },
    ],
    [
      'another site, hidden',
      '{"url":"//evil.example/x"}',
      { title: 'Counterfoil', body: '', url: '/' },
    ],
    [
      'another site, behind a backslash',
      '{"url":"/\\\\evil.example/x"}',
      { title: 'Counterfoil', body: '', url: '/' },
    ],
    [
      'another site, behind what addresses leave out',
      '{"url":"/\\t/evil.example/x"}',
      { title: 'Counterfoil', body: '', url: '/' },
    ],
  ])('%s', (_name, text, words) => {
    expect(wordsOfPush(text)).toEqual(words);
  });

  test('what waits is counted, and never said to be nothing when it is unknown', () => {
    expect(wordsOfWaiting(1).title).toBe('1 payment is waiting to be sent');
    expect(wordsOfWaiting(4).title).toBe('4 payments are waiting to be sent');
    expect(wordsOfWaiting('unknown').title).toBe('Payments may be waiting');
  });
});
