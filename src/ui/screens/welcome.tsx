/** Owns the first screen of a new visitor. Prerendered: it must stand from the document alone. */
import { ButtonLink } from '../parts/button.tsx';
import { LanguageChoice } from '../parts/language-choice.tsx';
import { Screen } from '../parts/screen.tsx';
import { TornTicket } from '../parts/torn-ticket.tsx';
import { Wordmark } from '../parts/wordmark.tsx';
import { place } from '../router.ts';
import { t } from '../text/text.ts';

export function WelcomeScreen() {
  // A deep link brought them here: the request itself is kept and waits until there is a wallet.
  const asked = place.value.path === '/pay';
  return (
    <Screen
      title={t('welcome.title')}
      class="welcome"
      quietTitle
      lead={<Wordmark />}
      aside={<LanguageChoice />}
      foot={
        <>
          <ButtonLink href="/open">{t('welcome.open')}</ButtonLink>
          <ButtonLink href="/sign-in" kind="quiet">
            {t('welcome.sign-in')}
          </ButtonLink>
        </>
      }
    >
      <TornTicket />
      <p class="welcome-title" aria-hidden="true">
        {t('welcome.title')}
      </p>
      <p class="welcome-lead">{asked ? t('welcome.asked') : t('welcome.lead')}</p>
    </Screen>
  );
}
