/** Owns what can be done with a promise that is on its way: send now, let the payee carry it, take it back. */
import { useState } from 'preact/hooks';
import { authorizationToQrText } from '#protocol/authorization.ts';
import type { RefusalCode } from '#protocol/refusals.ts';
import type { PaymentStory } from '#wallet/records.ts';
import { cancelPromise, handOverPromise } from '../actions/pay.ts';
import type { SlipStage } from '../slip-words.ts';
import { t } from '../text/text.ts';
import { useWallet } from '../wallet-context.ts';
import { Button } from './button.tsx';
import { RefusalNotice } from './notice.tsx';
import { QrCode } from './qr-code.tsx';
import { Sheet } from './sheet.tsx';

type ActionsProps = { readonly story: PaymentStory; readonly stage: SlipStage };

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

/** Shown only after the promise is marked as seen by somebody else. */
function CarrySheet(props: {
  readonly story: PaymentStory;
  readonly open: boolean;
  readonly onClose: () => void;
}) {
  const { payment } = props.story;
  return (
    <Sheet open={props.open} title={t('slip.show-title')} onClose={props.onClose}>
      {props.open && (
        <QrCode
          text={authorizationToQrText(payment.authorization)}
          label={t('slip.show-label')}
          spent={payment.state !== 'promised'}
        />
      )}
      <p class="small">{t('slip.show-text')}</p>
    </Sheet>
  );
}

export function SlipActions(props: ActionsProps) {
  const wallet = useWallet();
  const { story, stage } = props;
  const [sheet, setSheet] = useState<'cancel' | 'carry'>();
  const [sending, setSending] = useState(false);
  const close = () => setSheet(undefined);

  async function send(): Promise<void> {
    setSending(true);
    try {
      const { triggers } = await wallet.engine();
      await triggers.drain('person');
    } finally {
      setSending(false);
    }
  }

  async function show(): Promise<void> {
    if (await handOverPromise(wallet, story.payment.id)) setSheet('carry');
  }

  return (
    <div class="slip-actions">
      <Button kind="plain" busy={sending} onClick={() => void send().catch(() => {})}>
        {t('slip.now')}
      </Button>
      <Button kind="plain" onClick={() => void show()}>
        {t('slip.show')}
      </Button>
      {stage === 'here' && (
        <Button kind="quiet" onClick={() => setSheet('cancel')}>
          {t('slip.cancel')}
        </Button>
      )}
      <CancelSheet id={story.payment.id} open={sheet === 'cancel'} onClose={close} />
      <CarrySheet story={story} open={sheet === 'carry'} onClose={close} />
    </div>
  );
}
