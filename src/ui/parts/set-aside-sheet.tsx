/** Owns entering how much is set aside, within what the operator allows. */
import { useState } from 'preact/hooks';
import { currencyOfNumeric } from '#protocol/currency.ts';
import { entryMinor } from '../amount-entry.ts';
import { formatMoney } from '../text/format.ts';
import { t } from '../text/text.ts';
import { AmountEntry } from './amount-entry.tsx';
import { Button } from './button.tsx';
import { Sheet } from './sheet.tsx';

export function SetAsideSheet(props: {
  readonly open: boolean;
  readonly currency: number;
  /** Unknown without network: then the server says it when it is asked. */
  readonly limits: { readonly totalMaxMinor: bigint; readonly capMinor: bigint } | undefined;
  readonly onClose: () => void;
  readonly onAmount: (minor: bigint) => void;
}) {
  const { currency, limits } = props;
  const [text, setText] = useState('');
  const minor = entryMinor(text, currencyOfNumeric(currency)?.exponent ?? 0);
  const tooMuch = limits !== undefined && minor > limits.totalMaxMinor;
  const canSet = minor > 0n && !tooMuch;
  const money = (amount: bigint) => formatMoney(amount, currency);
  return (
    <Sheet
      open={props.open}
      title={t('offline.how-much')}
      onClose={props.onClose}
      foot={
        <Button disabled={!canSet} onClick={() => props.onAmount(minor)}>
          {minor === 0n ? t('offline.set-nothing') : t('offline.set', { amount: money(minor) })}
        </Button>
      }
    >
      <AmountEntry
        label={t('offline.how-much')}
        currency={currency}
        text={text}
        onText={setText}
        onEnter={() => canSet && props.onAmount(minor)}
      />
      <p class="field-note" data-kind={tooMuch ? 'complaint' : undefined} role="status">
        {limits
          ? t('offline.most', { max: money(limits.totalMaxMinor), cap: money(limits.capMinor) })
          : t('offline.no-terms')}
      </p>
    </Sheet>
  );
}
