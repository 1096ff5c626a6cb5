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
  readonly maxMinor: bigint | undefined;
  readonly onClose: () => void;
  readonly onAmount: (minor: bigint) => void;
}) {
  const { currency, maxMinor } = props;
  const [text, setText] = useState('');
  const minor = entryMinor(text, currencyOfNumeric(currency)?.exponent ?? 0);
  const tooMuch = maxMinor !== undefined && minor > maxMinor;
  return (
    <Sheet
      open={props.open}
      title={t('offline.how-much')}
      onClose={props.onClose}
      foot={
        <Button disabled={minor === 0n || tooMuch} onClick={() => props.onAmount(minor)}>
          {minor === 0n
            ? t('offline.set-nothing')
            : t('offline.set', { amount: formatMoney(minor, currency) })}
        </Button>
      }
    >
      <AmountEntry label={t('offline.how-much')} currency={currency} text={text} onText={setText} />
      <p class="field-note" data-kind={tooMuch ? 'complaint' : undefined} role="status">
        {maxMinor === undefined
          ? t('offline.no-terms')
          : t('offline.most', { max: formatMoney(maxMinor, currency) })}
      </p>
    </Sheet>
  );
}
