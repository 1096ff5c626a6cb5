/** Owns the amount of a review: entered or fixed, with tip and fee itemised, and the payee's own words. */
import { useState } from 'preact/hooks';
import { formatMinor } from '#protocol/amount.ts';
import { NOTE_CHARACTERS_MAX } from '#protocol/order.ts';
import type { PaymentRequest } from '#protocol/payment-request.ts';
import {
  asksForTip,
  type Entry,
  type Review,
  TIP_PERCENTS,
  type TipChoice,
} from '../review-draft.ts';
import { formatMoney } from '../text/format.ts';
import { t } from '../text/text.ts';
import { Amount } from './amount.tsx';
import { AmountEntry } from './amount-entry.tsx';
import { Button } from './button.tsx';
import { Choice, Field } from './field.tsx';
import { Sheet } from './sheet.tsx';

type EntryProps = {
  readonly request: PaymentRequest;
  readonly entry: Entry;
  readonly onEntry: (entry: Entry) => void;
};

/** Counted as an order counts them: a field's own limit would take one emoji for two. */
const cutNote = (text: string) => [...text].slice(0, NOTE_CHARACTERS_MAX).join('');

export function TipChooser(props: EntryProps) {
  const { request, entry, onEntry } = props;
  const [entering, setEntering] = useState(false);
  if (!asksForTip(request.tipOrFee)) return null;
  const options: { readonly value: TipChoice; readonly label: string }[] = [
    { value: 'none', label: t('review.tip-none') },
    ...TIP_PERCENTS.map((percent) => ({ value: percent, label: `${percent} %` })),
    { value: 'own', label: t('review.tip-own') },
  ];
  return (
    <>
      <Choice
        legend={t('review.tip-ask')}
        options={options}
        value={entry.tip}
        row
        onValue={(tip) => {
          onEntry({ ...entry, tip });
          if (tip === 'own') setEntering(true);
        }}
      />
      <Sheet
        open={entering}
        title={t('review.tip-enter')}
        onClose={() => setEntering(false)}
        foot={<Button onClick={() => setEntering(false)}>{t('action.done')}</Button>}
      >
        <AmountEntry
          label={t('review.tip')}
          currency={request.currency}
          text={entry.ownTipText}
          onText={(ownTipText) => onEntry({ ...entry, ownTipText })}
          onEnter={() => setEntering(false)}
        />
      </Sheet>
    </>
  );
}

export function NoteField(props: EntryProps) {
  const { entry, onEntry } = props;
  const [open, setOpen] = useState(entry.note !== '');
  if (!open) {
    return (
      <Button kind="quiet" onClick={() => setOpen(true)}>
        {t('review.note-add')}
      </Button>
    );
  }
  return (
    <Field
      label={t('review.note')}
      value={entry.note}
      onValue={(note) => onEntry({ ...entry, note: cutNote(note) })}
    />
  );
}

type Line = { readonly label: string; readonly value: string };

/** `***` stands in codes for "ask the payer"; it says nothing to them. */
function said(text: string | undefined): string | undefined {
  return text === undefined || text === '***' ? undefined : text;
}

function feeLabel(request: PaymentRequest): string {
  const { tipOrFee } = request;
  return tipOrFee?.kind === 'percentage-fee'
    ? t('review.fee-percent', {
        percent: formatMinor(BigInt(tipOrFee.feeHundredths), 2).replace(/\.?0+$/, ''),
      })
    : t('review.fee');
}

function linesOf(request: PaymentRequest, review: Review | undefined): Line[] {
  const { additional, currency } = request;
  const words = [
    { label: t('review.purpose'), value: said(additional.purpose) },
    { label: t('review.bill'), value: said(additional.billNumber) },
    { label: t('review.reference'), value: said(additional.reference) },
  ].filter((line): line is Line => line.value !== undefined);
  if (!review) return words;
  const { amountMinor, feeMinor, tipMinor, totalMinor } = review.total;
  if (feeMinor === 0n && tipMinor === 0n) return words;
  const money = (label: string, minor: bigint) => ({ label, value: formatMoney(minor, currency) });
  return [
    ...words,
    money(t('review.amount'), amountMinor),
    ...(feeMinor > 0n ? [money(feeLabel(request), feeMinor)] : []),
    ...(tipMinor > 0n ? [money(t('review.tip'), tipMinor)] : []),
    money(t('review.total'), totalMinor),
  ];
}

/** What the code says besides, and what the total is made of when it is more than the amount. */
export function Itemised(props: {
  readonly request: PaymentRequest;
  readonly review: Review | undefined;
}) {
  const lines = linesOf(props.request, props.review);
  if (lines.length === 0) return null;
  return (
    <dl class="facts review-facts">
      {lines.map(({ label, value }) => (
        <div key={label}>
          <dt>{label}</dt>
          <dd>
            <bdi>{value}</bdi>
          </dd>
        </div>
      ))}
    </dl>
  );
}

/** The amount of the code in large, or a keypad where the code leaves it to the payer. */
export function ReviewAmount(props: EntryProps & { readonly review: Review | undefined }) {
  const { request, entry, onEntry } = props;
  if (request.amountMinor === undefined) {
    return (
      <AmountEntry
        label={t('review.enter')}
        currency={request.currency}
        text={entry.amountText}
        onText={(amountText) => onEntry({ ...entry, amountText })}
      />
    );
  }
  const minor = props.review?.total.totalMinor ?? request.amountMinor;
  return (
    <p class="review-amount">
      <span class="unseen">{t('review.total')} </span>
      <Amount minor={minor} currency={request.currency} size="hero" />
    </p>
  );
}
