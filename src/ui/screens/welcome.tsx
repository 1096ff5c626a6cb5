/** Owns the first screen of a new visitor. Prerendered: it must stand from the document alone. */
import { useEffect } from 'preact/hooks';
import { ButtonLink } from '../parts/button.tsx';
import { LanguageChoice } from '../parts/language-choice.tsx';
import { Screen } from '../parts/screen.tsx';
import { TornTicket } from '../parts/torn-ticket.tsx';
import { Wordmark } from '../parts/wordmark.tsx';
import { place } from '../router.ts';
import { t } from '../text/text.ts';
import { useWallet } from '../wallet-context.ts';

/** A link to pay brought somebody here who has no wallet: the request waits until there is one. */
function useAskedToPay(): boolean {
  const wallet = useWallet();
  const { path, query } = place.value;
  const asked = path === '/pay' ? (query.get('r') ?? query.get('l')) : null;
  const readable = wallet.storage.value.kind === 'readable';
  useEffect(() => {
    if (!asked || !readable) return;
    const draft = { requestText: asked, savedAtMs: wallet.clock.nowMs() };
    void wallet.store.writeDraft(draft).then(wallet.reread, () => {});
  }, [wallet, asked, readable]);
  return Boolean(asked);
}

export function WelcomeScreen() {
  const asked = useAskedToPay();
  return (
    <Screen
      title={`${t('welcome.title')} ${t('welcome.title-later')}`}
      class="welcome"
      quietTitle
      lead={<Wordmark />}
      aside={<LanguageChoice />}
      foot={
        <>
          <ButtonLink href="/open">{t('welcome.open')}</ButtonLink>
          <div class="welcome-others">
            <ButtonLink href="/sign-in" kind="quiet">
              {t('welcome.sign-in')}
            </ButtonLink>
            <ButtonLink href="/check" kind="quiet">
              {t('welcome.check')}
            </ButtonLink>
          </div>
        </>
      }
    >
      <TornTicket />
      <p class="welcome-title" aria-hidden="true">
        <span>{t('welcome.title')}</span>
        <span>{t('welcome.title-later')}</span>
      </p>
      <p class="welcome-lead">{asked ? t('welcome.asked') : t('welcome.lead')}</p>
    </Screen>
  );
}
