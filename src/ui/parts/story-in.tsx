/** Owns the story of what the statement knows: money that came in, was put in, or left by another phone. */
import type { StatementEntry } from '#protocol/wire.ts';
import { lineOfEntry } from '../activity-lines.ts';
import { formatAccount, formatMoment, formatMoney } from '../text/format.ts';
import { t } from '../text/text.ts';
import { useStored } from '../wallet-context.ts';
import { lineTitle } from './activity-row.tsx';
import { Amount } from './amount.tsx';
import { Screen } from './screen.tsx';
import { StateBadge } from './state-badge.tsx';
import { Fact, NumberFact, ReceiptSection, Steps } from './story-parts.tsx';

/** What this payee asked, when the entry pays a request that was shown here. */
function AskedFacts(props: { readonly digest: string }) {
  const stored = useStored(props.digest, ['requests'], ({ store }) =>
    store.readRequest(props.digest),
  );
  const request = stored.kind === 'read' ? stored.value : undefined;
  if (!request) return null;
  const asked = request.amountMinor;
  return (
    <>
      <Fact label={t('story.asked')}>
        {asked === undefined ? undefined : formatMoney(asked, request.currency)}
      </Fact>
      <Fact label={t('receive.note')}>{request.note && <bdi>{request.note}</bdi>}</Fact>
      <Fact label={t('story.shown')}>{formatMoment(request.shownAtMs)}</Fact>
    </>
  );
}

export function StoryIn(props: { readonly entry: StatementEntry }) {
  const { entry } = props;
  const line = lineOfEntry(entry);
  const title = lineTitle(line);
  const { tipMinor } = entry;
  return (
    <Screen title={title} back="/activity" class="story">
      <p class="story-amount">
        <Amount minor={line.amountMinor} currency={line.currency} size="hero" />
        <StateBadge state={line.state} />
      </p>
      <Steps steps={[{ name: 'accepted', state: 'done', atMs: entry.postedAtMs }]} />
      {entry.receipt && <ReceiptSection receipt={entry.receipt} title={title} />}
      <section class="story-section" aria-labelledby="story-facts">
        <h2 id="story-facts">{t('story.facts')}</h2>
        <dl class="facts small">
          <Fact label={t('proof.note')}>{entry.note && <bdi>{entry.note}</bdi>}</Fact>
          <Fact label={t('story.tip')}>
            {tipMinor === undefined ? undefined : formatMoney(tipMinor, entry.currency)}
          </Fact>
          {entry.requestDigest && <AskedFacts digest={entry.requestDigest} />}
          <Fact label={t('story.balance')}>{formatMoney(entry.balanceMinor, entry.currency)}</Fact>
          {entry.counterparty && (
            <NumberFact label={t('story.account')} value={formatAccount(entry.counterparty)} />
          )}
          {entry.paymentId && <NumberFact label={t('proof.id')} value={entry.paymentId} />}
        </dl>
      </section>
    </Screen>
  );
}
