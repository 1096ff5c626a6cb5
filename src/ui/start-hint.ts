/** Owns the hint that the document's own script reads before the first paint. Never the truth of anything. */
import type { Settings } from '#wallet/records.ts';
import { LANGUAGES, type Language } from './text/languages.ts';

const NAME = 'counterfoil';

type Hint = {
  readonly wallet?: true;
  readonly theme?: 'light' | 'dark';
  readonly language?: Language;
  readonly direction?: 'ltr' | 'rtl';
};

function hintOf(hasWallet: boolean, settings: Settings, language: Language): Hint {
  const { theme } = settings;
  return {
    ...(hasWallet && { wallet: true }),
    ...(theme !== 'system' && { theme }),
    language,
    direction: LANGUAGES[language].direction,
  };
}

/** Makes the document look as it will next time, and leaves the hint for then. */
export function followSettings(hasWallet: boolean, settings: Settings, language: Language): void {
  const hint = hintOf(hasWallet, settings, language);
  const root = document.documentElement;
  if (hint.theme) root.dataset.theme = hint.theme;
  else delete root.dataset.theme;
  root.lang = language;
  root.dir = hint.direction ?? 'ltr';
  try {
    localStorage.setItem(NAME, JSON.stringify(hint));
  } catch {
    // Storage may be switched off; then the next start begins without a hint.
  }
}

/** The language of the last time, before the settings can be read. */
export function hintedLanguage(): string | undefined {
  try {
    const hint: unknown = JSON.parse(localStorage.getItem(NAME) ?? '{}');
    const language = (hint as Hint | null)?.language;
    return typeof language === 'string' ? language : undefined;
  } catch {
    return undefined;
  }
}
