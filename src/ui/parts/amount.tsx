/** Owns how an amount stands on paper: whole part large, letters and fraction smaller, digits aligned. */
import { moneyParts } from '../text/format.ts';

type AmountProps = {
  readonly minor: bigint;
  /** ISO 4217 numeric code. */
  readonly currency: number;
  readonly size?: 'row' | 'title' | 'hero';
  /** Leaves the currency to listeners: it is the same all over the list. */
  readonly bare?: boolean;
  /** Says the direction with a sign: + for money in. */
  readonly signed?: boolean;
};

export function Amount(props: AmountProps) {
  const { size = 'row' } = props;
  const parts = moneyParts(props.minor, props.currency);
  const characters = parts.reduce((total, { text }) => total + text.length, 0);
  const length = characters > 17 ? 'huge' : characters > 12 ? 'long' : undefined;
  return (
    <bdi class={`amount amount-${size}`} data-length={length}>
      {props.signed && props.minor > 0n && <span class="amount-sign">+</span>}
      {parts.map(({ kind, text }) => (
        <span
          key={kind}
          class={
            props.bare && (kind === 'symbol' || kind === 'space') ? 'unseen' : `amount-${kind}`
          }
        >
          {text}
        </span>
      ))}
    </bdi>
  );
}
