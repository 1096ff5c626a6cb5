/** Owns the moment of taking a payment without a network: guaranteed, a promise only, or nothing at all. */
import type { ComponentChildren } from 'preact';
import { useEffect, useMemo, useState } from 'preact/hooks';
import { type Authorization, decodeAuthorization } from '#protocol/authorization.ts';
import { toBase64url } from '#protocol/bytes.ts';
import { decodeCounterfoil } from '#protocol/counterfoil.ts';
import type { RefusalCode } from '#protocol/refusals.ts';
import type { Presented } from '#wallet/check-counterfoil.ts';
import type { TakenCounterfoil } from '#wallet/offline-records.ts';
import { type Taking, takePayment } from '../actions/take.ts';
import { announce } from '../announce.ts';
import { buzz } from '../buzz.ts';
import { takenAloud } from '../taken-words.ts';
import { refusalText, t } from '../text/text.ts';
import { useWallet } from '../wallet-context.ts';
import { Amount } from './amount.tsx';
import { Button, ButtonLink } from './button.tsx';
import { Notice, RefusalNotice } from './notice.tsx';
import { OrderFacts } from './order-facts.tsx';
import { Screen } from './screen.tsx';
import { Slip } from './slip.tsx';
import { StateBadge } from './state-badge.tsx';
import { TakenStub } from './taken-stub.tsx';
import '../styles/take.css';

/** What it says of itself, verified or not: a person sees what was refused. */
function authorizationOf({ kind, bytes }: Presented): Authorization | undefined {
  const counterfoil = kind === 'counterfoil' ? decodeCounterfoil(bytes) : undefined;
  if (counterfoil) return counterfoil.ok ? counterfoil.value.authorization : undefined;
  const read = decodeAuthorization(bytes);
  return read.ok ? read.value : undefined;
}

function said(taking: Taking): string {
  if (taking.kind === 'refused') return `${t('take.refused')}. ${refusalText(taking.code).what}`;
  if (taking.kind === 'promise') return t('take.promise');
  if (taking.kind === 'seen') return `${t('take.seen')}. ${t('take.seen-text')}`;
  return takenAloud(taking.taken);
}

/** Judged once: what was taken a moment ago would be refused as seen before. */
function useTaking(presented: Presented) {
  const wallet = useWallet();
  const [taking, setTaking] = useState<Taking>();
  const tell = (done: Taking) => {
    setTaking(done);
    announce(said(done));
    buzz(done.kind === 'taken' ? [70, 50, 120] : 300);
  };
  useEffect(() => {
    void takePayment(wallet, presented).then(tell);
  }, [wallet, presented]);
  const keep = async () => {
    if (taking?.kind !== 'promise') return;
    tell(await takePayment(wallet, presented, 'promise-too'));
  };
  return { taking, keep };
}

function KeptFoot(props: { readonly id: string; readonly onAgain: (() => void) | undefined }) {
  return (
    <>
      {props.onAgain ? (
        <Button onClick={props.onAgain}>{t('take.again')}</Button>
      ) : (
        <ButtonLink kind="receive" href="/receive">
          {t('receive.next')}
        </ButtonLink>
      )}
      <ButtonLink kind="quiet" href={`/taken/${props.id}`}>
        {t('receive.story')}
      </ButtonLink>
    </>
  );
}

/** The precise reason, and what a promise is worth. */
function Doubt(props: { readonly code: RefusalCode }) {
  const { what, next } = refusalText(props.code);
  return (
    <div class="take-doubt">
      <StateBadge state="doubted" />
      <p>{what}</p>
      <p>{next}</p>
      <p class="small">{t('take.promise-text')}</p>
    </div>
  );
}

/** It is on this phone: since now, or since before, and then whoever scanned it may scan another. */
function Kept(props: {
  readonly taken: TakenCounterfoil;
  readonly onAgain: (() => void) | undefined;
  readonly children: ComponentChildren;
}) {
  const { taken, onAgain } = props;
  const before = onAgain !== undefined;
  return (
    <Screen
      title={t(before ? 'take.seen' : taken.guaranteed ? 'take.guaranteed' : 'take.kept')}
      back="/"
      tone="receive"
      class="take"
      foot={<KeptFoot id={taken.id} onAgain={onAgain} />}
    >
      {before && (
        <Notice kind="warning" title={t('take.seen-text')}>
          <p>{t('take.seen-next')}</p>
        </Notice>
      )}
      <Slip
        id={taken.id}
        tone={taken.guaranteed ? 'receive' : 'doubt'}
        stub={<TakenStub taken={taken} />}
      >
        {props.children}
      </Slip>
    </Screen>
  );
}

export function TakePayment(props: {
  readonly presented: Presented;
  readonly onAgain: () => void;
}) {
  const { presented, onAgain } = props;
  const { taking, keep } = useTaking(presented);
  const read = useMemo(() => authorizationOf(presented), [presented]);
  if (!taking) return <Screen title={t('take.checking')} back="/" busy />;
  const paper = read && (
    <>
      <p class="take-amount">
        <Amount minor={read.order.amountMinor} currency={read.order.currency} size="hero" />
      </p>
      <OrderFacts order={read.order} />
    </>
  );
  if (taking.kind === 'taken' || taking.kind === 'seen') {
    return (
      <Kept taken={taking.taken} onAgain={taking.kind === 'seen' ? onAgain : undefined}>
        {paper}
      </Kept>
    );
  }
  const again = <Button onClick={onAgain}>{t('take.again')}</Button>;
  if (taking.kind === 'refused') {
    return (
      <Screen title={t('take.refused')} back="/" class="take" foot={again}>
        <RefusalNotice code={taking.code} />
        {read && (
          <Slip
            id={toBase64url(read.id)}
            tone="refused"
            stub={<p class="take-word">{t('take.not-kept')}</p>}
          >
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
      <Slip id={read ? toBase64url(read.id) : ''} tone="doubt" stub={<Doubt code={taking.code} />}>
        {paper}
      </Slip>
    </Screen>
  );
}
