/** Owns the story of a payment made with this phone, from the approval to the verdict. */
import { decodeAuthorization } from '#protocol/authorization.ts';
import { readPaymentRequest } from '#protocol/payment-request.ts';
import { decodeReceipt } from '#protocol/receipt.ts';
import type { Payment } from '#wallet/payment.ts';
import type { PaymentStory } from '#wallet/records.ts';
import { handOverPromise } from '../actions/pay.ts';
import { carriedText } from '../counterfoil-text.ts';
import { paymentSteps } from '../payment-steps.ts';
import { shareText } from '../share-text.ts';
import { isWaiting, slipStage } from '../slip-words.ts';
import { formatAccount, formatMoment, formatMoney } from '../text/format.ts';
import { t } from '../text/text.ts';
import { useWallet } from '../wallet-context.ts';
import { Amount } from './amount.tsx';
import { Button } from './button.tsx';
import { IconShare } from './icon-more.tsx';
import { Notice } from './notice.tsx';
import { RestoredLine } from './restored-line.tsx';
import { Screen } from './screen.tsx';
import { SlipActions, useShowing } from './slip-actions.tsx';
import { StateBadge } from './state-badge.tsx';
import { Fact, NumberFact, ReceiptSection, Steps, saySharing } from './story-parts.tsx';

/** What the code asked for in words of its own. */
function RequestFacts(props: { readonly payment: Payment }) {
  const request = readPaymentRequest(props.payment.requestText);
  if (!request.ok) return null;
  const { additional } = request.value;
  return (
    <>
      <Fact label={t('story.purpose')}>{additional.purpose}</Fact>
      <Fact label={t('story.reference')}>{additional.reference}</Fact>
      <Fact label={t('story.bill')}>{additional.billNumber}</Fact>
    </>
  );
}

function SettledFacts(props: { readonly payment: Payment }) {
  const bytes = props.payment.receipt;
  const receipt = bytes && decodeReceipt(bytes);
  if (!receipt?.ok || receipt.value.transfer === undefined) return null;
  return <Fact label={t('story.transfer')}>{String(receipt.value.transfer)}</Fact>;
}

function Facts(props: { readonly payment: Payment }) {
  const { payment } = props;
  const money = (minor: bigint | undefined) =>
    minor === undefined ? undefined : formatMoney(minor, payment.currency);
  return (
    <dl class="facts small">
      <Fact label={t('proof.note')}>{payment.note && <bdi>{payment.note}</bdi>}</Fact>
      <Fact label={t('story.tip')}>{money(payment.tipMinor)}</Fact>
      <Fact label={t('story.fee')}>{money(payment.feeMinor)}</Fact>
      <RequestFacts payment={payment} />
      <Fact label={t('story.good-until')}>{formatMoment(payment.validUntilS * 1000)}</Fact>
      <SettledFacts payment={payment} />
      <Fact label={t('story.device')}>
        {t('story.device-seq', { device: payment.device, seq: payment.seq })}
      </Fact>
      <NumberFact label={t('story.payee-account')} value={formatAccount(payment.payee)} />
      <NumberFact label={t('proof.id')} value={payment.id} />
    </dl>
  );
}

/** The promise as text, for a message: whoever gets it may deliver it, so it cannot be taken back then. */
function SharePromise(props: { readonly payment: Payment }) {
  const wallet = useWallet();
  const { payment } = props;
  const share = async () => {
    if (!(await handOverPromise(wallet, payment.id))) return;
    const text = carriedText(payment);
    saySharing(await shareText({ title: t('story.promise'), text }));
  };
  return (
    <section class="story-section" aria-labelledby="story-promise">
      <h2 id="story-promise">{t('story.promise')}</h2>
      <p>{t('story.promise-text')}</p>
      <Button kind="plain" icon={<IconShare />} onClick={() => void share().catch(() => undefined)}>
        {t('story.share-promise')}
      </Button>
    </section>
  );
}

export function StoryOut(props: { readonly story: PaymentStory }) {
  const { story } = props;
  const { payment } = story;
  const stage = slipStage(story);
  const decoded = decodeAuthorization(payment.authorization);
  const name = payment.payeeName || formatAccount(payment.payee);
  const title = t('entry.to', { name });
  const showing = useShowing(story);
  return (
    <Screen title={title} back="/activity" class="story">
      <p class="story-amount">
        <Amount minor={payment.amountMinor} currency={payment.currency} size="hero" />
        <StateBadge state={payment.state} />
      </p>
      {!decoded.ok && <Notice kind="warning" title={t('story.damaged')} />}
      {payment.contradiction && <Notice kind="warning" title={t('slip.contradiction')} />}
      <Steps steps={paymentSteps(story, decoded.ok ? decoded.value.order : undefined)} />
      {isWaiting(stage) && <SlipActions story={story} stage={stage} onShow={showing.show} />}
      {payment.receipt && <ReceiptSection receipt={payment.receipt} title={title} />}
      <section class="story-section" aria-labelledby="story-facts">
        <h2 id="story-facts">{t('story.facts')}</h2>
        <RestoredLine of={payment} sinceMs={payment.createdAtMs} />
        <Facts payment={payment} />
      </section>
      {isWaiting(stage) && <SharePromise payment={payment} />}
      {showing.sheet}
    </Screen>
  );
}
