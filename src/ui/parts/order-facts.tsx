/** Owns what a signed order says, before or after it was checked: from whom, to whom, until when. */
import { toBase32 } from '#protocol/base32.ts';
import type { Order } from '#protocol/order.ts';
import { formatAccount, formatMoment, formatMoney } from '../text/format.ts';
import { t } from '../text/text.ts';
import { useWallet } from '../wallet-context.ts';

export function OrderFacts(props: { readonly order: Order; readonly withEnd?: boolean }) {
  const { order } = props;
  const mine = useWallet().state.value?.account.profile.account;
  const payee = toBase32(order.payee);
  return (
    <dl class="facts small">
      <dt>{t('proof.from')}</dt>
      <dd class="print">{formatAccount(toBase32(order.payer))}</dd>
      {payee !== mine && (
        <>
          <dt>{t('proof.to')}</dt>
          <dd class="print">{formatAccount(payee)}</dd>
        </>
      )}
      {order.tipMinor && (
        <>
          <dt>{t('receive.tip')}</dt>
          <dd>{formatMoney(order.tipMinor, order.currency)}</dd>
        </>
      )}
      {order.note && (
        <>
          <dt>{t('proof.note')}</dt>
          <dd>
            <bdi>{order.note}</bdi>
          </dd>
        </>
      )}
      {props.withEnd && (
        <>
          <dt>{t('proof.until')}</dt>
          <dd>
            <bdi>{formatMoment(order.validUntilS * 1000)}</bdi>
          </dd>
        </>
      )}
    </dl>
  );
}
