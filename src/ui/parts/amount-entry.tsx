/** Owns entering an amount: the amount as it will be paid, large, and a keypad under the thumb. */
import { useId } from 'preact/hooks';
import { currencyOfNumeric } from '#protocol/currency.ts';
import { type EntryKey, entryMinor, keyOf, pressKey } from '../amount-entry.ts';
import { decimalPoint, formatMoney } from '../text/format.ts';
import { t } from '../text/text.ts';
import { Amount } from './amount.tsx';
import { IconErase } from './icon-more.tsx';

type AmountEntryProps = {
  readonly label: string;
  /** ISO 4217 numeric code. */
  readonly currency: number;
  /** What has been typed: digits with at most one point. */
  readonly text: string;
  readonly onText: (text: string) => void;
  /** What the Enter key stands for: else a keyboard has to pass the whole keypad. */
  readonly onEnter?: () => void;
};

const PAD: readonly EntryKey[] = ['1', '2', '3', '4', '5', '6', '7', '8', '9', '.', '0', 'erase'];

function PadKey(props: { readonly name: EntryKey; readonly onPress: (key: EntryKey) => void }) {
  const { name } = props;
  return (
    <button
      type="button"
      class="pad-key"
      aria-label={name === 'erase' ? t('entry.erase') : undefined}
      onClick={() => props.onPress(name)}
    >
      {name === 'erase' ? <IconErase /> : name === '.' ? decimalPoint() : name}
    </button>
  );
}

export function AmountEntry(props: AmountEntryProps) {
  const id = useId();
  const exponent = currencyOfNumeric(props.currency)?.exponent ?? 0;
  const minor = entryMinor(props.text, exponent);
  const press = (key: EntryKey) => props.onText(pressKey(props.text, key, exponent));
  return (
    <div class="entry">
      <p class="unseen" id={id}>
        {props.label}
      </p>
      {/* Not a number field: the phone's own keyboard would cover the keypad. */}
      <div
        class="entry-amount"
        role="spinbutton"
        tabIndex={0}
        aria-labelledby={id}
        aria-valuenow={Number(minor) / 10 ** exponent}
        aria-valuetext={formatMoney(minor, props.currency)}
        data-empty={props.text === '' ? 'true' : undefined}
        onKeyDown={(event) => {
          if (event.key === 'Enter' && !event.repeat) props.onEnter?.();
          const key = keyOf(event.key);
          if (key === undefined || event.metaKey || event.ctrlKey || event.altKey) return;
          event.preventDefault();
          press(key);
        }}
      >
        <Amount minor={minor} currency={props.currency} size="hero" />
      </div>
      <div class="pad">
        {PAD.map((key) =>
          key === '.' && exponent === 0 ? (
            <span key={key} />
          ) : (
            <PadKey key={key} name={key} onPress={press} />
          ),
        )}
      </div>
    </div>
  );
}
