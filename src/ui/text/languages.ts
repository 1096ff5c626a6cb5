/** Owns which languages there are, which one a person gets, and where each one's texts are loaded from. */
import type { Message } from './message.ts';
import type { AskedTexts, RefusalTexts } from './refusal-text.ts';

export type LanguageTexts = {
  readonly messages: Readonly<Record<string, Message>>;
  readonly refusals: RefusalTexts;
  readonly asked: AskedTexts;
};

type LanguageRow = {
  /** As its own speakers write it. */
  readonly name: string;
  readonly direction: 'ltr' | 'rtl';
  /** All texts; for English those beyond the first screens, which the app carries itself. */
  load(): Promise<LanguageTexts>;
};

export const LANGUAGES = {
  en: {
    name: 'English',
    direction: 'ltr',
    load: async () => (await import('./en/rest.ts')).enRestTexts,
  },
  fr: {
    name: 'Français',
    direction: 'ltr',
    load: async () => (await import('./fr/french.ts')).frenchTexts,
  },
} as const satisfies Record<string, LanguageRow>;

export type Language = keyof typeof LANGUAGES;

export const LANGUAGE_CODES: readonly Language[] = ['en', 'fr'];

function languageOf(tag: string): Language | undefined {
  const primary = tag.toLowerCase().split('-')[0] ?? '';
  return LANGUAGE_CODES.find((code) => code === primary);
}

/**
 * The first wanted language that there is, by its primary part (RFC 4647 §3.4 lookup: fr-CI gives
 * French); English when there is none.
 */
export function negotiateLanguage(wanted: readonly string[]): Language {
  for (const tag of wanted) {
    const language = languageOf(tag);
    if (language) return language;
  }
  return 'en';
}
