/** Owns how a payment's state is shown: a word, a shape and a colour, never a colour alone. */
import type { PaymentState } from '#wallet/payment.ts';
import { t } from '../text/text.ts';
import {
  IconAccepted,
  IconCancelled,
  IconExpired,
  IconGuaranteed,
  IconPromised,
  IconReceived,
  IconRefused,
} from './icon.tsx';

/**
 * `received`: the other side's payment, accepted by the server in this person's favour. Until then
 * `guaranteed`, verified on this phone, or `doubted`, a promise only.
 */
export type ShownState = PaymentState | 'received' | 'guaranteed' | 'doubted';

const SHAPES = {
  promised: IconPromised,
  accepted: IconAccepted,
  refused: IconRefused,
  expired: IconExpired,
  cancelled: IconCancelled,
  received: IconReceived,
  guaranteed: IconGuaranteed,
  doubted: IconPromised,
} as const;

export function StateBadge(props: { readonly state: ShownState }) {
  const Shape = SHAPES[props.state];
  return (
    <span class="state" data-state={props.state}>
      <Shape />
      {t(`state.${props.state}`)}
    </span>
  );
}
