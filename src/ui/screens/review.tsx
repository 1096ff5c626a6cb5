/** Owns review: who is paid and how much, and the tap that approves it. Words come from the signed request. */
import type { ComponentChildren } from 'preact';
import { useEffect, useMemo, useState } from 'preact/hooks';
import type { PaymentRequest } from '#protocol/payment-request.ts';
import type { RefusalCode } from '#protocol/refusals.ts';
import type { StoredDraft } from '#wallet/records.ts';
import { dropDraft, promise } from '../actions/pay.ts';
import { announce } from '../announce.ts';
import type { ScreenProps } from '../lazy-screen.tsx';
import { offlineFunds } from '../offline-funds.ts';
import { Button, ButtonLink } from '../parts/button.tsx';
import { IconScan } from '../parts/icon.tsx';
import { IconPasskey } from '../parts/icon-more.tsx';
import { RefusalNotice } from '../parts/notice.tsx';
import { PayeeHead, usePayeeCheck } from '../parts/payee-head.tsx';
import { Itemised, NoteField, ReviewAmount, TipChooser } from '../parts/review-amount.tsx';
import {
  Complaint,
  complaintOf,
  isOfTypedAmount,
  PaidBefore,
  PayNowNotice,
  recentPayment,
} from '../parts/review-warnings.tsx';
import { Screen } from '../parts/screen.tsx';
import { Tear } from '../parts/tear.tsx';
import { approve } from '../passkey.ts';
import { navigate } from '../router.ts';
import '../styles/review.css';
import { formatMoney } from '../text/format.ts';
import { t } from '../text/text.ts';
import { usePayNow } from '../use-pay-now.ts';
import { type Asked, askedText, type ReviewState, readAsked, useReview } from '../use-review.ts';
import { useStored, useWallet } from '../wallet-context.ts';

type Tap = {
  readonly busy: boolean;
  readonly refused: RefusalCode | undefined;
  /** Undefined while it cannot be tapped. */
  readonly go: (() => void) | undefined;
};

/** The tap: the passkey is asked in the click itself, with a challenge that stood ready before it. */
function useTap(state: ReviewState): Tap {
  const wallet = useWallet();
  const [busy, setBusy] = useState(false);
  const [refused, setRefused] = useState<RefusalCode>();
  const paying = state.paying.kind === 'read' && state.paying.value.ok && state.paying.value.value;
  const prepared = state.prepared?.ok ? state.prepared.value : undefined;
  if (!paying || !prepared) return { busy, refused, go: undefined };

  function go(): void {
    if (!paying || !prepared || busy) return;
    const approval = approve(prepared.id, {
      credentialId: paying.wallet.credentialId,
      rpId: paying.identity.rpId,
    });
    setBusy(true);
    setRefused(undefined);
    announce(t('review.approving'));
    void approval
      .then((approved) =>
        approved.ok ? promise(wallet, prepared, paying.identity, approved.value) : approved,
      )
      .then((promised) => {
        setBusy(false);
        if (!promised.ok) {
          setRefused(promised.refusal.code);
          return;
        }
        state.endDraft();
        navigate(`/slip/${promised.value}`, { replace: true });
      });
  }
  return { busy, refused, go };
}

/** The slip's own stub, still uncut: tearing it off is the payment. */
function PayStub(props: {
  readonly id: string;
  readonly tap: Tap;
  readonly ready: boolean;
  readonly label: string;
  /** Comes and goes while an amount is typed: in the button's place, since elsewhere it moves the keys. */
  readonly instead: ComponentChildren;
}) {
  const { tap } = props;
  return (
    <div class="pay-stub">
      {tap.refused && <RefusalNotice code={tap.refused} />}
      <div class="pay-stub-paper" data-ready={tap.go !== undefined && props.ready}>
        <Tear id={props.id} side="below" />
        {props.instead || (
          <Button
            kind="stub"
            icon={<IconPasskey />}
            disabled={!tap.go || !props.ready}
            busy={tap.busy}
            onClick={() => tap.go?.()}
          >
            {props.label}
          </Button>
        )}
      </div>
    </div>
  );
}

/** Whoever sets money aside learns before the tap whether it stands for this payment. */
function Cover(props: { readonly state: ReviewState; readonly currency: number }) {
  const { paying, prepared } = props.state;
  const view = paying.kind === 'read' && paying.value.ok ? paying.value.value : undefined;
  const purse = view?.purses.find(({ currency }) => currency === props.currency);
  if (!view || purse?.wantedMinor === undefined || !prepared?.ok) return null;
  const { allowance, amountMinor } = prepared.value.order;
  const [funds] = offlineFunds([purse], { nowMs: props.state.nowMs, identity: view.identity });
  const isOverCap = funds !== undefined && amountMinor > funds.capMinor;
  const cap = formatMoney(funds?.capMinor ?? 0n, purse.currency);
  const uncovered = isOverCap ? t('review.over-cap', { cap }) : t('review.uncovered');
  return <p class="small">{allowance ? t('review.covered') : uncovered}</p>;
}

function RequestReview(props: {
  readonly request: PaymentRequest;
  readonly stored: StoredDraft | undefined;
}) {
  const { request } = props;
  const state = useReview(request, props.stored);
  const tap = useTap(state);
  const payNow = usePayNow();
  const check = usePayeeCheck(request);
  const { entry, setEntry, nowMs } = state;
  const review = state.review.ok ? state.review.value : undefined;
  const paying = state.paying.kind === 'read' && state.paying.value.ok && state.paying.value.value;
  const sameRequest = paying ? paying.sameRequest : [];
  const before = recentPayment(sameRequest, nowMs);
  const code = complaintOf(state.prepared);
  const totalMinor = review?.total.totalMinor;
  const complaint = code && <Complaint {...{ code, request, totalMinor, sameRequest }} />;
  const typed = code !== undefined && isOfTypedAmount(code, request);
  const reaching = payNow.now === 'reaching';
  const notNow = <PayNowNotice now={payNow.now} onRetry={payNow.reach} />;
  const parts = { request, entry, onEntry: setEntry };
  return (
    <Screen
      title={t('review.title')}
      back="/"
      class="review"
      foot={
        <PayStub
          id={request.text}
          tap={tap}
          ready={payNow.now === 'may' && check.kind !== 'forged'}
          instead={typed ? complaint : reaching && notNow}
          label={
            review
              ? t('review.pay', { amount: formatMoney(review.total.totalMinor, request.currency) })
              : t('review.pay-nothing')
          }
        />
      }
    >
      <PayeeHead request={request} check={check} />
      {!typed && complaint}
      {before && (!complaint || typed) && <PaidBefore payment={before} />}
      {!reaching && notNow}
      <ReviewAmount {...parts} review={review} />
      <Cover state={state} currency={request.currency} />
      <Itemised request={request} review={review} />
      <TipChooser {...parts} />
      <NoteField {...parts} />
    </Screen>
  );
}

function NothingToReview(props: { readonly asked: Exclude<Asked, { kind: 'request' }> }) {
  const { asked } = props;
  const wallet = useWallet();
  // What cannot be paid is not to be gone on with: home would offer it for ever.
  useEffect(() => void dropDraft(wallet), [wallet]);
  return (
    <Screen
      title={t('review.nothing')}
      back="/"
      foot={
        <ButtonLink kind="pay" href="/scan" icon={<IconScan />}>
          {t('review.scan')}
        </ButtonLink>
      }
    >
      {asked.kind === 'nothing' && <p>{t('review.nothing-text')}</p>}
      {asked.kind === 'refused' && (
        <>
          {asked.scheme && <p>{t('review.scheme', { scheme: asked.scheme })}</p>}
          <RefusalNotice code={asked.code} />
        </>
      )}
    </Screen>
  );
}

export function ReviewScreen(props: ScreenProps) {
  const stored = useStored('draft', [], (wallet) => wallet.store.readDraft());
  const draft = stored.kind === 'read' ? stored.value : undefined;
  const text = askedText(props.query, draft);
  const asked = useMemo(() => readAsked(text), [text]);
  if (stored.kind === 'reading') return <Screen title={t('review.title')} back="/" busy />;
  if (asked.kind !== 'request') return <NothingToReview asked={asked} />;
  return <RequestReview key={asked.request.text} request={asked.request} stored={draft} />;
}
