/** Owns a request while it is shown: the code, how long it is good, and what is known of its payment. */
import { useEffect, useState } from 'preact/hooks';
import { payLink } from '#protocol/pay-link.ts';
import type { RefusalCode } from '#protocol/refusals.ts';
import type { ShownRequest } from '#wallet/records.ts';
import { announce } from '../announce.ts';
import { type Shared, shareText } from '../share-text.ts';
import { formatMoney, formatSince, formatTime } from '../text/format.ts';
import { t } from '../text/text.ts';
import { useAwake } from '../use-awake.ts';
import { useNow } from '../use-now.ts';
import { usePolling } from '../use-polling.ts';
import { useWallet } from '../wallet-context.ts';
import { Amount } from './amount.tsx';
import { Button, ButtonLink } from './button.tsx';
import { IconScan } from './icon.tsx';
import { IconShare } from './icon-more.tsx';
import { Notice, RefusalNotice } from './notice.tsx';
import { QrCode } from './qr-code.tsx';
import { showRequest } from './receive-ask.tsx';
import { Screen } from './screen.tsx';

/** What can honestly be said while no entry has come; without an answer, what to do first of all. */
function Waiting() {
  const { connection: known, clock } = useWallet();
  const connection = known.value;
  if (connection.kind === 'silent' || connection.kind === 'never') {
    return (
      <div class="receive-silent" role="status">
        <p>{t('receive.silent-next')}</p>
        <p class="soft small">
          {connection.kind === 'silent'
            ? t('receive.silent', { time: formatSince(connection.sinceMs, clock.nowMs()) })
            : t('receive.never')}
        </p>
      </div>
    );
  }
  return (
    <p class="receive-waiting" role="status">
      <span class="receive-pulse" aria-hidden="true" />
      {t('receive.waiting')}
    </p>
  );
}

function sharedSaid(shared: Shared): void {
  if (shared === 'copied') announce(t('share.copied'));
  if (shared === 'failed') announce(t('share.failed'));
}

function Expired(props: { readonly request: ShownRequest }) {
  const wallet = useWallet();
  const { amountMinor, currency, note } = props.request;
  const [refused, setRefused] = useState<RefusalCode>();
  const again = async () => {
    const same = {
      currency,
      ...(amountMinor !== undefined && { amountMinor }),
      ...(note !== undefined && { note }),
    };
    setRefused(await showRequest(wallet, same));
  };
  return (
    <>
      {refused && <RefusalNotice code={refused} asked />}
      <Notice kind="warning" title={t('receive.expired')}>
        <p>{t('receive.expired-next')}</p>
      </Notice>
      <Button kind="receive" onClick={() => void again()}>
        {t('receive.again')}
      </Button>
    </>
  );
}

function asked(request: ShownRequest): string {
  return request.amountMinor === undefined
    ? t('receive.any-amount')
    : formatMoney(request.amountMinor, request.currency);
}

export function ReceiveShown(props: { readonly request: ShownRequest }) {
  const { request } = props;
  const nowMs = useNow(5_000);
  const endMs = request.untilMs ?? request.validUntilS * 1000;
  const expired = nowMs >= endMs;
  useAwake(!expired);
  usePolling(true);
  useEffect(() => announce(t('receive.shown-said', { amount: asked(request) })), [request.digest]);
  const link = payLink(location.origin, request.text);
  return (
    <Screen
      title={t('receive.shown-title')}
      back="/receive"
      tone="receive"
      class="receive-shown"
      foot={
        <ButtonLink
          kind={expired ? 'plain' : 'receive'}
          href={`/scan?d=${request.digest}`}
          icon={<IconScan />}
        >
          {t('receive.scan')}
        </ButtonLink>
      }
      aside={
        <button
          type="button"
          class="bar-button"
          aria-label={t('receive.share')}
          onClick={() => void shareText({ title: asked(request), url: link }).then(sharedSaid)}
        >
          <IconShare />
        </button>
      }
    >
      <p class="receive-asked">
        {request.amountMinor === undefined ? (
          <strong>{t('receive.any-amount')}</strong>
        ) : (
          <Amount minor={request.amountMinor} currency={request.currency} size="hero" />
        )}
      </p>
      {request.note && <p class="receive-note">{request.note}</p>}
      {expired && <Expired request={request} />}
      <QrCode
        text={request.text}
        label={t('receive.qr-label', { amount: asked(request) })}
        spent={expired}
      />
      {!expired && (
        <>
          <Waiting />
          <p class="soft small receive-until">
            {t('receive.until', { time: formatTime(endMs) })} {t('receive.bright')}
          </p>
        </>
      )}
    </Screen>
  );
}
