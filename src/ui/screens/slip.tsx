/** Owns the slip: one payment as it stands now. "Paid" is said only when the server's receipt is here. */
import { useEffect, useMemo, useRef } from 'preact/hooks';
import type { Payment } from '#wallet/payment.ts';
import type { PaymentStory } from '#wallet/records.ts';
import { announce } from '../announce.ts';
import { buzz } from '../buzz.ts';
import { counterfoilText } from '../counterfoil-text.ts';
import type { ScreenProps } from '../lazy-screen.tsx';
import { Amount } from '../parts/amount.tsx';
import { Button, ButtonLink } from '../parts/button.tsx';
import { IconCode } from '../parts/icon.tsx';
import { Notice, RefusalNotice } from '../parts/notice.tsx';
import { Screen } from '../parts/screen.tsx';
import { Slip } from '../parts/slip.tsx';
import { SlipActions, useShowing } from '../parts/slip-actions.tsx';
import { StateBadge } from '../parts/state-badge.tsx';
import { isWaiting, type SlipStage, sentWords, slipStage } from '../slip-words.ts';
import '../styles/slip.css';
import { formatMoment, formatMoney } from '../text/format.ts';
import { refusalText, t } from '../text/text.ts';
import { useStored } from '../wallet-context.ts';

/** A promise is on the payer's stock; accepted, its stub is the payee's; what came to nothing is on neither. */
const STOCK = {
  promised: 'pay',
  accepted: 'receive',
  refused: 'refused',
  expired: 'refused',
  cancelled: 'plain',
} as const;

function heading(stage: SlipStage): string {
  return t(isWaiting(stage) ? 'slip.promised' : `slip.${stage as Payment['state']}`);
}

/** The sentence under the heading: what happened to the money and what to do next. */
function explanation(story: PaymentStory, stage: SlipStage, covered: boolean): readonly string[] {
  const { payment, entry } = story;
  switch (stage) {
    case 'here':
      return [t(covered ? 'slip.promised-covered' : 'slip.promised-here')];
    case 'sent':
      return [t(sentWords(entry, covered))];
    case 'aside': {
      const { what, next } = refusalText(entry?.quarantine?.code ?? 'unavailable');
      return [t('slip.promised-quarantine'), what, next];
    }
    case 'accepted':
      return [t('slip.accepted-text', { moment: formatMoment(payment.settledAtMs ?? 0) })];
    case 'cancelled':
      return [t('slip.cancelled-text')];
    case 'refused':
    case 'expired': {
      const { what, next } = refusalText(payment.code ?? 'payment_expired');
      return [what, next];
    }
  }
}

/** Says aloud, and with a short buzz, that a promise has ended while somebody was looking. */
function useVerdictSaid(story: PaymentStory | undefined): void {
  const before = useRef<Payment['state'] | undefined>(undefined);
  const payment = story?.payment;
  useEffect(() => {
    const ended = before.current === 'promised' && payment && payment.state !== 'promised';
    before.current = payment?.state;
    if (!ended) return;
    if (payment.state === 'accepted') {
      const amount = formatMoney(payment.amountMinor, payment.currency);
      announce(t('slip.said-accepted', { amount, name: payment.payeeName }));
      buzz([40, 60, 120]);
    } else if (payment.code) {
      announce(t('slip.said-not-paid', { what: refusalText(payment.code).what }));
    }
  }, [payment]);
}

function Facts(props: { readonly payment: Payment }) {
  const { payment } = props;
  const money = (minor: bigint) => formatMoney(minor, payment.currency);
  return (
    <dl class="facts small">
      {payment.note && (
        <>
          <dt>{t('slip.note')}</dt>
          <dd>
            <bdi>{payment.note}</bdi>
          </dd>
        </>
      )}
      {payment.tipMinor && (
        <>
          <dt>{t('slip.tip')}</dt>
          <dd>{money(payment.tipMinor)}</dd>
        </>
      )}
      {payment.feeMinor && (
        <>
          <dt>{t('slip.fee')}</dt>
          <dd>{money(payment.feeMinor)}</dd>
        </>
      )}
      <dt>{t('slip.made')}</dt>
      <dd>{formatMoment(payment.createdAtMs)}</dd>
      <dt>{t('slip.number')}</dt>
      <dd class="print">{payment.id.slice(0, 12)}</dd>
    </dl>
  );
}

function SlipView(props: { readonly story: PaymentStory }) {
  const { story } = props;
  const { payment } = story;
  const stage = slipStage(story);
  const waiting = isWaiting(stage);
  const covered = useMemo(
    () => waiting && counterfoilText(payment) !== undefined,
    [waiting, payment],
  );
  const showing = useShowing(story);
  useVerdictSaid(story);
  return (
    <Screen
      title={heading(stage)}
      back="/"
      class="slip-screen"
      foot={
        <>
          {covered && (
            <Button kind="pay" icon={<IconCode />} onClick={showing.show}>
              {t('slip.guaranteed')}
            </Button>
          )}
          <ButtonLink kind={covered ? 'quiet' : 'ink'} href="/">
            {t('action.done')}
          </ButtonLink>
          {!waiting && (
            <ButtonLink kind="quiet" href={`/activity/${payment.id}`}>
              {t('slip.story')}
            </ButtonLink>
          )}
        </>
      }
    >
      <Slip
        id={payment.id}
        tone={STOCK[payment.state]}
        torn={stage === 'accepted'}
        stub={
          <div class="slip-state" data-state={payment.state}>
            <StateBadge state={payment.state} />
            {explanation(story, stage, covered).map((sentence) => (
              <p key={sentence}>{sentence}</p>
            ))}
          </div>
        }
      >
        <p class="slip-to">
          <bdi>{payment.payeeName || payment.payee}</bdi>
        </p>
        <p class="slip-amount">
          <Amount minor={payment.amountMinor} currency={payment.currency} size="hero" />
        </p>
        <Facts payment={payment} />
      </Slip>
      {payment.contradiction && <Notice kind="warning" title={t('slip.contradiction')} />}
      {waiting && <SlipActions {...{ story, stage, covered }} onShow={showing.show} />}
      {showing.sheet}
    </Screen>
  );
}

export function SlipScreen(props: ScreenProps) {
  const id = props.params.id ?? '';
  const stored = useStored(id, ['payments', 'outbox'], (wallet) => wallet.store.readStory(id));
  if (stored.kind === 'reading') return <Screen title={t('slip.title')} back="/" busy />;
  const story = stored.kind === 'read' ? stored.value : stored.last;
  return (
    <>
      {story ? (
        <SlipView story={story} />
      ) : (
        <Screen title={t('slip.missing')} back="/">
          {stored.kind === 'unreadable' ? (
            <RefusalNotice code="store_unreadable" />
          ) : (
            <p>{t('slip.missing-text')}</p>
          )}
        </Screen>
      )}
    </>
  );
}
