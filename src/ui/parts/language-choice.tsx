/** Owns choosing the language before there is a wallet: a plain list, each language in its own words. */
import { LANGUAGE_CODES, LANGUAGES } from '../text/languages.ts';
import { currentLanguage, t } from '../text/text.ts';
import { useWallet } from '../wallet-context.ts';

export function LanguageChoice() {
  const wallet = useWallet();
  const language = currentLanguage();
  return (
    <select
      class="language"
      aria-label={t('welcome.language')}
      value={language}
      onChange={(event) => {
        const chosen = LANGUAGE_CODES.find((code) => code === event.currentTarget.value);
        const settings = wallet.settings.peek();
        if (chosen && settings) void wallet.writeSettings({ ...settings, language: chosen });
      }}
    >
      {LANGUAGE_CODES.map((code) => (
        <option key={code} value={code} lang={code} selected={code === language}>
          {LANGUAGES[code].name}
        </option>
      ))}
    </select>
  );
}
