/** Owns what the stories of payments out and in are told with: steps, facts, and the receipt to show. */
import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import type { Bytes } from '#protocol/bytes.ts';
import { receiptToQrText } from '#protocol/receipt.ts';
import { announce } from '../announce.ts';
import type { PaymentStep } from '../payment-steps.ts';
import { useReceiptCheck } from '../receipt-check.ts';
import { copyText, type Shared, shareText } from '../share-text.ts';
import { formatMoment } from '../text/format.ts';
import { refusalText, t } from '../text/text.ts';
import { Button } from './button.tsx';
import { CodeSheet } from './code-sheet.tsx';
import { IconAccepted, IconCode, IconExpired, IconRefused } from './icon.tsx';
import { IconCopy, IconShare } from './icon-more.tsx';
import { SignatureLine } from './receipt-proof.tsx';

export function saySharing(shared: Shared): void {
  if (shared === 'copied') announce(t('share.copied'));
  if (shared === 'failed') announce(t('share.failed'));
}

const SHAPES = { done: IconAccepted, bad: IconRefused, ahead: IconExpired } as const;

function Step(props: { readonly step: PaymentStep }) {
  const { step } = props;
  const Shape = SHAPES[step.state];
  const reason = step.code ? refusalText(step.code) : undefined;
  return (
    <li class="story-step" data-state={step.state}>
      <Shape />
      <div>
        <p class="story-step-name">{t(`story.${step.name}`)}</p>
        {step.atMs !== undefined && (
          <p class="small soft">
            <time dateTime={new Date(step.atMs).toISOString()}>
              <bdi>{formatMoment(step.atMs)}</bdi>
            </time>
          </p>
        )}
        {step.untilMs !== undefined && (
          <p class="small soft">{t('story.until', { moment: formatMoment(step.untilMs) })}</p>
        )}
        {reason && (
          <p class="small">
            {reason.what} {reason.next}
          </p>
        )}
      </div>
    </li>
  );
}

export function Steps(props: { readonly steps: readonly PaymentStep[] }) {
  return (
    <ol class="story-steps" aria-label={t('story.steps')}>
      {props.steps.map((step) => (
        <Step key={step.name} step={step} />
      ))}
    </ol>
  );
}

/** Nothing to say is said by leaving the line out. */
export function Fact(props: { readonly label: string; readonly children: ComponentChildren }) {
  if (props.children === undefined || props.children === '') return null;
  return (
    <>
      <dt>{props.label}</dt>
      <dd>
        <bdi>{props.children}</bdi>
      </dd>
    </>
  );
}

/** A long number, whole, with a way to take it along. */
export function NumberFact(props: { readonly label: string; readonly value: string }) {
  return (
    <>
      <dt>{props.label}</dt>
      <dd class="story-number">
        <span class="print" dir="ltr">
          {props.value}
        </span>
        <button
          type="button"
          class="story-copy"
          aria-label={t('story.copy', { what: props.label })}
          onClick={() => void copyText(props.value).then(saySharing)}
        >
          <IconCopy />
        </button>
      </dd>
    </>
  );
}

/** The receipt as something to show: checked here, carried anywhere, believed by nobody's word. */
export function ReceiptSection(props: { readonly receipt: Bytes; readonly title: string }) {
  const check = useReceiptCheck(props.receipt);
  const [shown, setShown] = useState(false);
  const text = receiptToQrText(props.receipt);
  return (
    <section class="story-section" aria-labelledby="story-receipt">
      <h2 id="story-receipt">{t('story.receipt')}</h2>
      <p>
        <SignatureLine check={check} />
      </p>
      <div class="story-pair">
        <Button kind="plain" icon={<IconCode />} onClick={() => setShown(true)}>
          {t('story.show')}
        </Button>
        <Button
          kind="plain"
          icon={<IconShare />}
          onClick={() => void shareText({ title: props.title, text }).then(saySharing)}
        >
          {t('story.share')}
        </Button>
      </div>
      {shown && (
        <CodeSheet
          text={text}
          title={t('story.receipt')}
          label={t('story.receipt-label')}
          onClose={() => setShown(false)}
        >
          <p>{t('story.receipt-text')}</p>
        </CodeSheet>
      )}
    </section>
  );
}
