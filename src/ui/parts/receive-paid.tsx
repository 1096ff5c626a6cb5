/** Owns the moment of being paid: said only when the server's entry for this very request is here. */
import { useEffect } from 'preact/hooks';
import type { PaidRequest, ShownRequest } from '#wallet/records.ts';
import { announce } from '../announce.ts';
import { buzz } from '../buzz.ts';
import { formatMoment, formatMoney } from '../text/format.ts';
import { t } from '../text/text.ts';
import { Amount } from './amount.tsx';
import { Button, ButtonLink } from './button.tsx';
import { IconAccepted } from './icon.tsx';
import { Notice } from './notice.tsx';
import { Screen } from './screen.tsx';
import { Slip } from './slip.tsx';

function NotAsAsked(props: { readonly request: ShownRequest; readonly paid: PaidRequest }) {
  const { request, paid } = props;
  const asked = request.amountMinor ?? 0n;
  return (
    <Notice kind="refusal" title={t('receive.not-as-asked')}>
      <p>
        {t('receive.not-as-asked-text', {
          asked: formatMoney(asked, request.currency),
          came: formatMoney(paid.amountMinor, request.currency),
        })}
      </p>
    </Notice>
  );
}

export function ReceivePaid(props: {
  readonly request: ShownRequest;
  readonly paid: PaidRequest;
  readonly onNext: () => void;
}) {
  const { request, paid } = props;
  const amount = formatMoney(paid.amountMinor, request.currency);
  useEffect(() => {
    buzz([70, 50, 120]);
    announce(t('receive.paid-said', { amount, name: paid.payerName }));
  }, [paid.paymentId]);
  return (
    <Screen
      title={t('receive.paid')}
      back="/"
      tone="receive"
      class="receive-done"
      foot={
        <>
          <Button kind="receive" onClick={props.onNext}>
            {t('receive.next')}
          </Button>
          <ButtonLink kind="quiet" href={`/activity/${encodeURIComponent(paid.paymentId)}`}>
            {t('receive.story')}
          </ButtonLink>
        </>
      }
    >
      {!paid.asAsked && <NotAsAsked request={request} paid={paid} />}
      <Slip
        id={paid.paymentId}
        tone="receive"
        torn
        stub={
          <p class="receive-stub">
            {t('receive.from', { name: paid.payerName || t('receive.somebody') })}
          </p>
        }
      >
        <p class="receive-check">
          <IconAccepted />
        </p>
        <p class="receive-amount">
          <Amount minor={paid.amountMinor} currency={request.currency} size="hero" />
        </p>
        <dl class="facts">
          {paid.tipMinor > 0n && (
            <>
              <dt>{t('receive.tip')}</dt>
              <dd>
                <Amount minor={paid.tipMinor} currency={request.currency} />
              </dd>
            </>
          )}
          {request.note && (
            <>
              <dt>{t('receive.note')}</dt>
              <dd>{request.note}</dd>
            </>
          )}
          <dt>{t('receive.when')}</dt>
          <dd>{formatMoment(paid.atMs)}</dd>
        </dl>
      </Slip>
    </Screen>
  );
}
