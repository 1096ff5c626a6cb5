/** Owns what can be done with a promise that is on its way: send now, let the payee carry it, take it back. */
import { useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';
import { authorizationToQrText } from '#protocol/authorization.ts';
import type { RefusalCode } from '#protocol/refusals.ts';
import type { Payment } from '#wallet/payment.ts';
import type { PaymentStory } from '#wallet/records.ts';
import { cancelPromise, handOverPromise } from '../actions/pay.ts';
import { counterfoilText } from '../counterfoil-text.ts';
import type { SlipStage } from '../slip-words.ts';
import { t } from '../text/text.ts';
import { useWallet } from '../wallet-context.ts';
import { Amount } from './amount.tsx';
import { Button } from './button.tsx';
import { CodeSheet } from './code-sheet.tsx';
import { RefusalNotice } from './notice.tsx';
import { SendNow } from './send-now.tsx';
import { Sheet } from './sheet.tsx';
import { StateBadge } from './state-badge.tsx';

type ActionsProps = {
  readonly story: PaymentStory;
  readonly stage: SlipStage;
  readonly onShow: () => void;
  /** The screen's main action shows it with its guarantee; as a bare promise it need not be shown. */
  readonly covered?: boolean;
};

function CancelSheet(props: {
  readonly id: string;
  readonly open: boolean;
  readonly onClose: () => void;
}) {
  const wallet = useWallet();
  const [code, setCode] = useState<RefusalCode>();
  async function cancel(): Promise<void> {
    const cancelled = await cancelPromise(wallet, props.id);
    if (cancelled.ok) props.onClose();
    else setCode(cancelled.refusal.code);
  }
  return (
    <Sheet
      open={props.open}
      title={t('slip.cancel-ask')}
      onClose={props.onClose}
      foot={
        <>
          <Button kind="danger" disabled={code !== undefined} onClick={() => void cancel()}>
            {t('slip.cancel-yes')}
          </Button>
          <Button kind="plain" onClick={props.onClose}>
            {t('slip.cancel-no')}
          </Button>
        </>
      }
    >
      <p>{t('slip.cancel-text')}</p>
      {code && <RefusalNotice code={code} />}
    </Sheet>
  );
}

/** How the payee's phone is shown it, and what is said beside it. */
function ShownPayment(props: { readonly payment: Payment; readonly guaranteed: boolean }) {
  const { payment, guaranteed } = props;
  const { state } = payment;
  return (
    <>
      <p class="slip-shown-amount">
        <Amount minor={payment.amountMinor} currency={payment.currency} size="title" />
      </p>
      <p role="status">
        {state === 'promised' ? (
          t(guaranteed ? 'slip.guaranteed-text' : 'slip.show-text')
        ) : (
          <StateBadge state={state} />
        )}
      </p>
    </>
  );
}

/** Stays open when the payment ends meanwhile, so that both see how. */
function ShowPayment(props: { readonly story: PaymentStory; readonly onClose: () => void }) {
  const { payment } = props.story;
  const covered = useMemo(() => counterfoilText(payment), [payment]);
  const { state } = payment;
  const asking = t(covered ? 'slip.guaranteed-title' : 'slip.show-title');
  return (
    <CodeSheet
      text={covered ?? authorizationToQrText(payment.authorization)}
      title={state === 'promised' ? asking : t(`slip.${state}`)}
      label={t(covered ? 'slip.guaranteed-label' : 'slip.show-label')}
      spent={state !== 'promised'}
      onClose={props.onClose}
    >
      <ShownPayment payment={payment} guaranteed={covered !== undefined} />
    </CodeSheet>
  );
}

function focusHeading(): void {
  document.querySelector<HTMLElement>('main h1')?.focus({ preventScroll: true });
}

/** Marked as seen by somebody else before it is shown: from then on it cannot be taken back. */
export function useShowing(story: PaymentStory) {
  const wallet = useWallet();
  const [shown, setShown] = useState(false);
  const hide = () => {
    setShown(false);
    // The button that opened it has gone by then, and would have had the focus again.
    if (story.payment.state !== 'promised') focusHeading();
  };
  return {
    show: () =>
      void handOverPromise(wallet, story.payment.id).then((isHere) => isHere && setShown(true)),
    sheet: shown && <ShowPayment story={story} onClose={hide} />,
  };
}

/** These go when the payment ends, and the focus with them: the heading says how it ended, and has it then. */
function useFocusHandedOn() {
  const actions = useRef<HTMLDivElement>(null);
  // Cleaned up while the box still stands in the page.
  useLayoutEffect(() => {
    const box = actions.current;
    return () => {
      const { activeElement, body } = document;
      if (activeElement !== body && !box?.contains(activeElement)) return;
      // Behind an open sheet nothing can have the focus.
      box?.querySelector<HTMLDialogElement>('dialog[open]')?.close();
      focusHeading();
    };
  }, []);
  return actions;
}

export function SlipActions(props: ActionsProps) {
  const { story, stage } = props;
  const actions = useFocusHandedOn();
  const [cancelling, setCancelling] = useState(false);
  return (
    <div class="slip-actions" ref={actions}>
      <SendNow id={story.payment.id} />
      {!props.covered && (
        <Button kind="plain" onClick={props.onShow}>
          {t('slip.show')}
        </Button>
      )}
      {stage === 'here' && (
        <Button kind="quiet" onClick={() => setCancelling(true)}>
          {t('slip.cancel')}
        </Button>
      )}
      <CancelSheet id={story.payment.id} open={cancelling} onClose={() => setCancelling(false)} />
    </div>
  );
}
