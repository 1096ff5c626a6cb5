/** Every language says everything that English says, with the same slots, in words for people. */
import { describe, expect, test } from 'vitest';
import { REFUSALS } from '#protocol/refusals.ts';
import { enFirst } from '#ui/text/en/first.ts';
import { enRestTexts } from '#ui/text/en/rest.ts';
import { LANGUAGE_CODES, LANGUAGES, negotiateLanguage } from '#ui/text/languages.ts';
import { fillSlots, type Message } from '#ui/text/message.ts';

const english: Readonly<Record<string, Message>> = { ...enFirst, ...enRestTexts.messages };
const others = LANGUAGE_CODES.filter((code) => code !== 'en');

const forms = (message: Message) =>
  typeof message === 'string' ? [message] : Object.values(message);
const slots = (text: string) => [...text.matchAll(/\{(\w+)\}/g)].map(([, name]) => name).sort();

describe.each(others)('%s', (code) => {
  test('has exactly the keys of English', async () => {
    const { messages } = await LANGUAGES[code].load();
    expect(Object.keys(messages).sort()).toEqual(Object.keys(english).sort());
  });

  test('has the slots of English in every message', async () => {
    const { messages } = await LANGUAGES[code].load();
    for (const [key, message] of Object.entries(messages)) {
      const wanted = slots(forms(english[key] ?? '')[0] ?? '');
      for (const form of forms(message)) expect(slots(form), key).toEqual(wanted);
    }
  });

  test('has a form for every plural category it uses', async () => {
    const { messages } = await LANGUAGES[code].load();
    const categories = new Intl.PluralRules(code).resolvedOptions().pluralCategories;
    for (const [key, message] of Object.entries(messages)) {
      if (typeof message === 'string') continue;
      for (const category of categories) {
        expect(message[category] ?? message.other, `${key} ${category}`).not.toBe('');
      }
    }
  });
});

describe.each(LANGUAGE_CODES)('refusals in %s', (code) => {
  test('every code says what happened and what to do next', async () => {
    const { refusals, asked } = await LANGUAGES[code].load();
    expect(Object.keys(refusals).sort()).toEqual(Object.keys(REFUSALS).sort());
    for (const [name, { what, next }] of [...Object.entries(refusals), ...Object.entries(asked)]) {
      expect(what, name).toMatch(/[.!?]$/);
      expect(next, name).toMatch(/[.!?]$/);
      // A code is for logs; a person must never be shown one.
      expect(`${what} ${next}`, name).not.toContain('_');
    }
  });

  test('where a person asked for something, nothing is said to go on by itself', async () => {
    const { asked } = await LANGUAGES[code].load();
    expect(asked.approval_cancelled.next).not.toBe('');
    for (const [name, { what, next }] of Object.entries(asked)) {
      expect(`${what} ${next}`, name).not.toMatch(
        /by itself|d’elle-même|payment|paiement|entry|saisie/,
      );
    }
  });
});

/** Words that French must not use beside the one that stands for the same thing everywhere else. */
const TWICE_NAMED = {
  talon: /\btickets?\b/i,
  'mis de côté': /réserve/i,
  assistance: /\bsupport\b/i,
  devise: /\bmonnaie\b/i,
} as const;

test.each(Object.entries(TWICE_NAMED))(
  'French says “%s” and no other word for it',
  async (_, other) => {
    const { messages, refusals, asked } = await LANGUAGES.fr.load();
    const said = [messages, refusals, asked].flatMap((texts) => Object.entries(texts));
    for (const [key, text] of said) expect(JSON.stringify(text), key).not.toMatch(other);
  },
);

test.each([
  ['en', /sign out/i],
  ['fr', /déconnect/i],
] as const)(
  'what the settings call signing out is called so by every refusal, %s',
  async (code, name) => {
    const { messages, refusals } = await LANGUAGES[code].load();
    for (const said of [
      messages['settings.leave'],
      refusals.device_frozen.next,
      refusals.device_behind.next,
    ]) {
      expect(said).toMatch(name);
    }
  },
);

test('French marks stand on the line of the word that they belong to', async () => {
  const { messages, refusals, asked } = await LANGUAGES.fr.load();
  const said = [messages, refusals, asked].flatMap((texts) => Object.entries(texts));
  for (const [key, text] of said) {
    for (const form of typeof text === 'string' ? [text] : Object.values<string>(text)) {
      expect(form, key).not.toMatch(/ [:;!?»]|« |° /);
    }
  }
});

test('nobody is told in French to sign in who only needs a network', async () => {
  const { refusals, messages } = await LANGUAGES.fr.load();
  const online = [
    'server_key_unknown',
    'counterfoil_expired',
    'counterfoil_over_cap',
    'counterfoil_over_total',
    'counterfoil_over_count',
  ] as const;
  const said = [
    ...online.map((code) => refusals[code].next),
    ...(['proof.unchecked-text', 'proof.newer-text', 'check.not-ready'] as const).map((key) =>
      String(messages[key]),
    ),
  ];
  for (const text of said) expect(text).not.toMatch(/connect/i);
});

test('what the payee wrote and what the payer wrote stand under two names', async () => {
  for (const code of LANGUAGE_CODES) {
    const { messages } = await LANGUAGES[code].load();
    const all = { ...enFirst, ...messages };
    for (const key of ['review.purpose', 'receive.note'] as const) {
      expect(all[key], `${code} ${key}`).toBe(all['story.purpose']);
    }
    expect(all['proof.note'], code).toBe(all['slip.note']);
    expect(all['proof.note'], code).not.toBe(all['story.purpose']);
  }
});

test('no message is empty or has blanks at its ends', () => {
  for (const [key, message] of Object.entries(english)) {
    for (const form of forms(message)) expect(form, key).toMatch(/^\S(.*\S)?$/s);
  }
});

test('a country of a language gets that language, an unknown one English', () => {
  expect(negotiateLanguage(['fr-CI', 'en'])).toBe('fr');
  expect(negotiateLanguage(['sw-KE', 'fr'])).toBe('fr');
  expect(negotiateLanguage(['EN-gb'])).toBe('en');
  expect(negotiateLanguage(['sw-KE'])).toBe('en');
  expect(negotiateLanguage([])).toBe('en');
});

test('a slot without a value stays visible', () => {
  expect(fillSlots('Pay {amount} to {name}', { amount: '5' })).toBe('Pay 5 to {name}');
});
