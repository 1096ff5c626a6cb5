/** Owns how a payment's state is shown: a word, a shape and a colour, never a colour alone. */
import type { PaymentState } from '#wallet/payment.ts';
import { t } from '../text/text.ts';
import {
  IconAccepted,
  IconCancelled,
  IconExpired,
  IconPromised,
  IconReceived,
  IconRefused,
} from './icon.tsx';

/** `received`: the other side's payment, accepted by the server in this person's favour. */
export type ShownState = PaymentState | 'received';

const SHAPES = {
  promised: IconPromised,
  accepted: IconAccepted,
  refused: IconRefused,
  expired: IconExpired,
  cancelled: IconCancelled,
  received: IconReceived,
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
