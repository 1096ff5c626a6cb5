/** Owns the code for a wall or a counter: a page to print that works for years, with no phone beside it. */
import { useEffect, useState } from 'preact/hooks';
import type { Outcome } from '#protocol/refusals.ts';
import type { PayeeProfile } from '#protocol/wire.ts';
import { makeStaticRequest, printedRequest } from '#wallet/receive.ts';
import type { ScreenProps } from '../lazy-screen.tsx';
import { Button } from '../parts/button.tsx';
import { Choice } from '../parts/field.tsx';
import { IconPrint } from '../parts/icon-more.tsx';
import { RefusalNotice } from '../parts/notice.tsx';
import { QrCode } from '../parts/qr-code.tsx';
import { Screen } from '../parts/screen.tsx';
import { currencyLabel, formatAccount } from '../text/format.ts';
import { t } from '../text/text.ts';
import { useStored, useWallet } from '../wallet-context.ts';
import '../styles/print-code.css';

type Paper = 'a6' | 'a4';

function useStaticRequest(currency: number | undefined): Outcome<string> | undefined {
  const wallet = useWallet();
  const account = wallet.state.value?.account;
  const identity = useStored('identity', ['wallet'], ({ store }) => store.readIdentity());
  if (!account || currency === undefined || identity.kind === 'reading') return undefined;
  const known = identity.kind === 'read' ? identity.value : identity.last;
  if (!known) return { ok: false, refusal: { code: 'unavailable' } };
  return makeStaticRequest({ currency }, account, known);
}

/** Kept before anybody can scan it, so that a counterfoil that answers it is known as this phone's own. */
function useKeptAsPrinted(text: string | undefined, currency: number): void {
  const wallet = useWallet();
  useEffect(() => {
    if (text === undefined) return;
    const request = printedRequest(text, { currency }, wallet.clock.nowMs());
    wallet.store.writeRequest(request).then(
      () => wallet.notice.changed('requests'),
      () => {},
    );
  }, [wallet, text, currency]);
}

/** What is printed: readable from an arm's length, by somebody who has never seen the app. */
function Poster(props: {
  readonly paper: Paper;
  readonly profile: PayeeProfile;
  readonly text: string;
  readonly currency: number;
}) {
  const { profile } = props;
  const steps = [t('print.step-open'), t('print.step-scan'), t('print.step-approve')];
  return (
    <article class="poster" data-paper={props.paper}>
      <p class="poster-lead">{t('print.lead')}</p>
      <p class="poster-name">
        <bdi>{profile.name}</bdi>
      </p>
      {profile.city && (
        <p class="poster-city">
          <bdi>{profile.city}</bdi>
        </p>
      )}
      <QrCode text={props.text} label={t('print.qr-label', { name: profile.name })} />
      <ol class="poster-steps">
        {steps.map((step, i) => (
          <li key={step}>
            <b aria-hidden="true">{i + 1}</b>
            {step}
          </li>
        ))}
      </ol>
      <p class="poster-foot">
        <span>
          {t('app.name')} · {currencyLabel(props.currency)}
        </span>
        <span class="print">{formatAccount(profile.account)}</span>
      </p>
    </article>
  );
}

export function PrintCodeScreen(_: ScreenProps) {
  const wallet = useWallet();
  const [paper, setPaper] = useState<Paper>('a6');
  const [chosen, setChosen] = useState<string>();
  const currencies = wallet.balances.value.map((line) => line.currency);
  const currency = Number(chosen ?? currencies[0] ?? 978);
  const request = useStaticRequest(currency);
  const profile = wallet.state.value?.account.profile;
  useKeptAsPrinted(request?.ok ? request.value : undefined, currency);
  return (
    <Screen
      title={t('print.title')}
      back="/receive"
      class="print-code"
      foot={
        <Button icon={<IconPrint />} disabled={!request?.ok} onClick={() => print()}>
          {t('print.do')}
        </Button>
      }
    >
      <p class="print-only-screen">{t('print.what')}</p>
      <Choice
        legend={t('print.paper')}
        row
        value={paper}
        onValue={setPaper}
        options={[
          { value: 'a6', label: t('print.a6') },
          { value: 'a4', label: t('print.a4') },
        ]}
      />
      {currencies.length > 1 && (
        <Choice
          legend={t('receive.currency')}
          row
          value={String(currency)}
          onValue={setChosen}
          options={currencies.map((each) => ({ value: String(each), label: currencyLabel(each) }))}
        />
      )}
      {request && !request.ok && <RefusalNotice code={request.refusal.code} />}
      {request?.ok && profile && (
        <Poster paper={paper} profile={profile} text={request.value} currency={currency} />
      )}
    </Screen>
  );
}
