/** Owns the first screen of a new visitor. Prerendered: it must stand from the document alone. */
import { ButtonLink } from '../parts/button.tsx';
import { Screen } from '../parts/screen.tsx';
import { t } from '../text/text.ts';

export function WelcomeScreen() {
  return (
    <Screen
      title={t('app.name')}
      class="welcome"
      foot={
        <>
          <ButtonLink href="/open">{t('welcome.open')}</ButtonLink>
          <ButtonLink href="/sign-in" kind="quiet">
            {t('welcome.sign-in')}
          </ButtonLink>
        </>
      }
    >
      <p class="welcome-title">{t('welcome.title')}</p>
      <p class="welcome-lead">{t('welcome.lead')}</p>
    </Screen>
  );
}
