/** Owns the one thing home asks of a person, if any: the most pressing first, never two at once. */
import type { ComponentChildren } from 'preact';
import { isClockDoubtful } from '#wallet/present.ts';
import { installApp, postponeInstall, shouldOfferInstall } from '../install-prompt.ts';
import { missingElsewhere } from '../missing-payments.ts';
import { mayReload } from '../reload-guard.ts';
import { formatMoment } from '../text/format.ts';
import { t } from '../text/text.ts';
import { takeUpdate, updateOffered } from '../update-offer.ts';
import { useWallet } from '../wallet-context.ts';
import type { Wallet } from '../wallet-model.ts';

function Line(props: { readonly text: string; readonly children?: ComponentChildren }) {
  return (
    <p class="ask">
      <span>{props.text}</span>
      {props.children}
    </p>
  );
}

function UpdateLine() {
  return (
    <Line text={t('home.update')}>
      <button type="button" disabled={!mayReload()} onClick={takeUpdate}>
        {t('home.update-take')}
      </button>
    </Line>
  );
}

/** What this phone's clock says, where that may be why nothing answers. */
function doubtfulMs({ connection, state, clock }: Wallet): number | undefined {
  const heardAtMs = state.value?.accountReadAtMs;
  if (connection.value.kind !== 'silent' || heardAtMs === undefined) return undefined;
  const nowMs = clock.nowMs();
  return isClockDoubtful(nowMs, heardAtMs) ? nowMs : undefined;
}

export function HomeNotice() {
  const wallet = useWallet();
  const aside = wallet.home.value?.waiting.find(({ quarantine }) => quarantine);
  if (aside) {
    return (
      <Line text={t('home.aside')}>
        <a href={`/${aside.carried ? 'taken' : 'slip'}/${aside.id}`}>{t('home.look')}</a>
      </Line>
    );
  }
  if (wallet.state.value?.account.frozen) return <Line text={t('home.frozen')} />;
  if ((wallet.home.value?.damaged ?? 0) > 0) {
    return (
      <Line text={t('home.damaged')}>
        <a href="/settings">{t('home.look')}</a>
      </Line>
    );
  }
  if (wallet.session.value === 'closed') {
    return (
      <Line text={t('home.signed-out')}>
        <a href="/sign-in">{t('home.sign-in')}</a>
      </Line>
    );
  }
  const missing = missingElsewhere();
  if (missing > 0) {
    return (
      <Line text={t('home.missing', { count: missing })}>
        <a href="/offline">{t('home.look')}</a>
      </Line>
    );
  }
  if (wallet.draft.value) {
    return (
      <Line text={t('home.draft')}>
        <a href="/pay">{t('action.continue')}</a>
      </Line>
    );
  }
  if (updateOffered()) return <UpdateLine />;
  const clockMs = doubtfulMs(wallet);
  if (clockMs !== undefined) {
    return <Line text={t('home.clock', { moment: formatMoment(clockMs) })} />;
  }
  if (wallet.connection.value.kind === 'silent' && wallet.home.value?.waiting.length) {
    return (
      <Line text={t('home.alone')}>
        <a href="/keep">{t('home.save')}</a>
      </Line>
    );
  }
  if (wallet.state.value?.canPayOffline === 'unknown') {
    return (
      <Line text={t('home.cannot-pay-offline')}>
        <a href="/rehearsal">{t('home.rehearse')}</a>
      </Line>
    );
  }
  if (!shouldOfferInstall()) return null;
  return (
    <Line text={t('home.install')}>
      <button type="button" onClick={postponeInstall}>
        {t('action.later')}
      </button>
      <button type="button" onClick={() => void installApp()}>
        {t('home.install-go')}
      </button>
    </Line>
  );
}
