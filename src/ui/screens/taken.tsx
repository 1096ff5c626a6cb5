/** Owns one payment that this phone took without a network: what it is worth, its facts, and its receipt. */
import type { TakenCounterfoil } from '#wallet/offline-records.ts';
import type { ScreenProps } from '../lazy-screen.tsx';
import { ButtonLink } from '../parts/button.tsx';
import { Notice, RefusalNotice } from '../parts/notice.tsx';
import { TakenSlip, takenTitle, useTakenSaid } from '../parts/receive-taken.tsx';
import { RestoredLine } from '../parts/restored-line.tsx';
import { Screen } from '../parts/screen.tsx';
import { SendNow } from '../parts/send-now.tsx';
import { Fact, NumberFact, ReceiptSection } from '../parts/story-parts.tsx';
import { formatAccount, formatMoment, formatMoney } from '../text/format.ts';
import { t } from '../text/text.ts';
import { useStored } from '../wallet-context.ts';
import '../styles/payment-story.css';
import '../styles/take.css';

function Facts(props: { readonly taken: TakenCounterfoil }) {
  const { taken } = props;
  const { tipMinor, currency } = taken;
  return (
    <dl class="facts small">
      <Fact label={t('proof.note')}>{taken.note}</Fact>
      <Fact label={t('receive.tip')}>
        {tipMinor === undefined ? undefined : formatMoney(tipMinor, currency)}
      </Fact>
      <Fact label={t('taken.when')}>{formatMoment(taken.takenAtMs)}</Fact>
      <Fact label={t('taken.good-until')}>{formatMoment(taken.validUntilS * 1000)}</Fact>
      <Fact label={t('taken.number')}>
        {t('story.device-seq', { device: taken.device, seq: taken.seq })}
      </Fact>
      {taken.once && (
        <>
          <dt>{t('taken.request')}</dt>
          <dd>
            <a href={`/receive?d=${taken.requestDigest}`}>{t('taken.look')}</a>
          </dd>
        </>
      )}
      <NumberFact label={t('story.account')} value={formatAccount(taken.payer)} />
      <NumberFact label={t('proof.id')} value={taken.id} />
    </dl>
  );
}

function Taken(props: { readonly taken: TakenCounterfoil }) {
  const { taken } = props;
  useTakenSaid(taken);
  const title = takenTitle(taken);
  const waiting = taken.state === 'taken';
  return (
    <Screen
      title={title}
      back="/"
      class="taken"
      foot={<ButtonLink href="/">{t('action.done')}</ButtonLink>}
    >
      <TakenSlip taken={taken} />
      {taken.contradiction && <Notice kind="warning" title={t('slip.contradiction')} />}
      {waiting && <SendNow id={taken.id} />}
      {taken.receipt && <ReceiptSection receipt={taken.receipt} title={title} />}
      <section class="story-section" aria-labelledby="story-facts">
        <h2 id="story-facts">{t('story.facts')}</h2>
        <RestoredLine of={taken} sinceMs={taken.takenAtMs} />
        <Facts taken={taken} />
      </section>
    </Screen>
  );
}

export function TakenScreen(props: ScreenProps) {
  const id = props.params.id ?? '';
  const stored = useStored(id, ['payments', 'outbox'], ({ store }) => store.readTaken(id));
  if (stored.kind === 'reading') return <Screen title={t('taken.title')} back="/" busy />;
  const taken = stored.kind === 'read' ? stored.value : stored.last;
  if (taken) return <Taken taken={taken} />;
  return (
    <Screen title={t('taken.missing')} back="/">
      {stored.kind === 'unreadable' ? (
        <RefusalNotice code="store_unreadable" />
      ) : (
        <p>{t('slip.missing-text')}</p>
      )}
    </Screen>
  );
}
