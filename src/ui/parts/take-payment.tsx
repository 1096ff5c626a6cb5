/** Owns the moment of taking a payment without a network: guaranteed, a promise only, or nothing at all. */
import { useEffect, useState } from 'preact/hooks';
import { decodeAuthorization } from '#protocol/authorization.ts';
import { toBase32 } from '#protocol/base32.ts';
import { toBase64url } from '#protocol/bytes.ts';
import { splitCborSequence } from '#protocol/cbor.ts';
import type { Order } from '#protocol/order.ts';
import type { RefusalCode } from '#protocol/refusals.ts';
import type { Presented } from '#wallet/check-counterfoil.ts';
import type { TakenCounterfoil } from '#wallet/offline-records.ts';
import { keepPayment, type Taking, takePayment } from '../actions/take.ts';
import { announce } from '../announce.ts';
import { formatAccount, formatMoment, formatMoney } from '../text/format.ts';
import { refusalText, t } from '../text/text.ts';
import { useWallet } from '../wallet-context.ts';
import { Amount } from './amount.tsx';
import { Button, ButtonLink } from './button.tsx';
import { RefusalNotice } from './notice.tsx';
import { Screen } from './screen.tsx';
import { Slip } from './slip.tsx';
import { TakenStub } from './taken-stub.tsx';
import '../styles/take.css';

/** What it says of itself, verified or not: a person sees what was refused. */
function orderOf({
  kind,
  bytes,
}: Presented): { readonly id: string; readonly order: Order } | undefined {
  const items = kind === 'counterfoil' ? splitCborSequence(bytes, 2) : undefined;
  const first = items?.ok ? items.value[0] : bytes;
  const read = first && decodeAuthorization(first);
  return read?.ok ? { id: toBase64url(read.value.id), order: read.value.order } : undefined;
}

function Facts(props: { readonly order: Order }) {
  const { order } = props;
  return (
    <dl class="facts small">
      <dt>{t('proof.from')}</dt>
      <dd class="print">{formatAccount(toBase32(order.payer))}</dd>
      {order.tipMinor && (
        <>
          <dt>{t('receive.tip')}</dt>
          <dd>{formatMoney(order.tipMinor, order.currency)}</dd>
        </>
      )}
      {order.note && (
        <>
          <dt>{t('proof.note')}</dt>
          <dd>
            <bdi>{order.note}</bdi>
          </dd>
        </>
      )}
    </dl>
  );
}

function said(taking: Taking): string {
  if (taking.kind === 'refused') return `${t('take.refused')}. ${refusalText(taking.code).what}`;
  if (taking.kind === 'promise') return t('take.promise');
  const { taken } = taking;
  const amount = formatMoney(taken.amountMinor, taken.currency);
  return t('take.said', { amount, moment: formatMoment(taken.validUntilS * 1000) });
}

/** Judged once: what was taken a moment ago would be refused as seen before. */
function useTaking(presented: Presented) {
  const wallet = useWallet();
  const [taking, setTaking] = useState<Taking>();
  const tell = (done: Taking) => {
    setTaking(done);
    announce(said(done));
    navigator.vibrate?.(done.kind === 'taken' ? [70, 50, 120] : 300);
  };
  useEffect(() => {
    void takePayment(wallet, presented).then(tell);
  }, [wallet, presented]);
  const keep = async () => {
    if (taking?.kind !== 'promise') return;
    const kept = await keepPayment(wallet, presented, taking.verdict);
    tell(
      kept.ok ? { kind: 'taken', taken: kept.value } : { kind: 'refused', code: kept.refusal.code },
    );
  };
  return { taking, keep };
}

function TakenFoot(props: { readonly taken: TakenCounterfoil }) {
  return (
    <>
      <ButtonLink kind="receive" href="/receive">
        {t('receive.next')}
      </ButtonLink>
      <ButtonLink kind="quiet" href={`/taken/${props.taken.id}`}>
        {t('receive.story')}
      </ButtonLink>
    </>
  );
}

/** The precise reason, and what a promise is worth. */
function Doubt(props: { readonly code: RefusalCode; readonly kept: boolean }) {
  const { what, next } = refusalText(props.code);
  return (
    <div class="take-doubt">
      <p>{what}</p>
      <p>{next}</p>
      {!props.kept && <p class="small">{t('take.promise-text')}</p>}
    </div>
  );
}

export function TakePayment(props: {
  readonly presented: Presented;
  readonly onAgain: () => void;
}) {
  const { presented, onAgain } = props;
  const { taking, keep } = useTaking(presented);
  if (!taking) return <Screen title={t('take.checking')} back="/" busy />;
  const read = orderOf(presented);
  const paper = read && (
    <>
      <p class="take-amount">
        <Amount minor={read.order.amountMinor} currency={read.order.currency} size="hero" />
      </p>
      <Facts order={read.order} />
    </>
  );
  if (taking.kind === 'taken') {
    const { taken } = taking;
    return (
      <Screen
        title={t(taken.guaranteed ? 'take.guaranteed' : 'take.kept')}
        back="/"
        tone="receive"
        class="take"
        foot={<TakenFoot taken={taken} />}
      >
        <Slip
          id={taken.id}
          tone={taken.guaranteed ? 'receive' : 'doubt'}
          stub={<TakenStub taken={taken} />}
        >
          {paper}
        </Slip>
      </Screen>
    );
  }
  const again = <Button onClick={onAgain}>{t('take.again')}</Button>;
  if (taking.kind === 'refused') {
    return (
      <Screen title={t('take.refused')} back="/" class="take" foot={again}>
        <RefusalNotice code={taking.code} />
        {read && (
          <Slip id={read.id} tone="refused" stub={<p class="take-word">{t('take.not-kept')}</p>}>
            {paper}
          </Slip>
        )}
      </Screen>
    );
  }
  return (
    <Screen
      title={t('take.promise')}
      back="/"
      class="take"
      foot={
        <>
          {again}
          <Button kind="plain" onClick={() => void keep()}>
            {t('take.keep')}
          </Button>
        </>
      }
    >
      <Slip
        id={read?.id ?? ''}
        tone="doubt"
        stub={<Doubt code={taking.verdict.code} kept={false} />}
      >
        {paper}
      </Slip>
    </Screen>
  );
}
