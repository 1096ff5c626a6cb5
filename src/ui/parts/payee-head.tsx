/** Owns how a payee stands at the top of a review: name, place, account, and who vouches for the name. */
import { useEffect, useState } from 'preact/hooks';
import type { PaymentRequest } from '#protocol/payment-request.ts';
import { checkPayee, type PayeeCheck, payeeAccount } from '../payee-check.ts';
import { shortAccount } from '../text/format.ts';
import { t } from '../text/text.ts';
import { useWallet } from '../wallet-context.ts';
import { IconAccepted, IconGuaranteed } from './icon.tsx';
import { Notice } from './notice.tsx';

export function usePayeeCheck(request: PaymentRequest): PayeeCheck {
  const wallet = useWallet();
  const [check, setCheck] = useState<PayeeCheck>({ kind: 'unchecked' });
  useEffect(() => {
    let here = true;
    checkPayee(wallet, request, (found) => here && setCheck(found)).catch(() => {});
    return () => {
      here = false;
    };
  }, [wallet, request]);
  return check;
}

function Vouched(props: { readonly check: PayeeCheck }) {
  const { check } = props;
  switch (check.kind) {
    case 'verified':
      return (
        <p class="payee-verified">
          <IconGuaranteed />
          {t('review.name-verified')}
        </p>
      );
    case 'forged':
      return (
        <Notice kind="refusal" title={t('review.name-forged')}>
          <p>{t('review.name-forged-text')}</p>
        </Notice>
      );
    case 'elsewhere':
      return (
        <Notice kind="warning" title={t('review.name-elsewhere')}>
          <p>{t('review.name-elsewhere-text', { account: shortAccount(check.account) })}</p>
        </Notice>
      );
    case 'confirmed':
      return (
        <p class="payee-vouched">
          <IconAccepted />
          {t('review.name-confirmed')}
        </p>
      );
    case 'different':
      return (
        <Notice kind="warning" title={t('review.name-different', { name: check.profile.name })}>
          <p>{t('review.name-different-text')}</p>
        </Notice>
      );
    case 'unchecked':
      return (
        <details class="payee-unchecked">
          <summary>{t('review.name-unchecked')}</summary>
          <p>{t('review.name-unchecked-text')}</p>
        </details>
      );
  }
}

export function PayeeHead(props: { readonly request: PaymentRequest; readonly check: PayeeCheck }) {
  const { request } = props;
  const account = payeeAccount(request) ?? '';
  return (
    <section class="payee" aria-label={t('review.title')}>
      <p class="payee-name">
        <bdi>{request.merchantName || t('review.unnamed')}</bdi>
      </p>
      <p class="payee-place">
        {request.city && <bdi>{request.city}</bdi>}
        {request.city && request.countryCode && ', '}
        {request.countryCode} <span class="print">{shortAccount(account)}</span>
      </p>
      <Vouched check={props.check} />
    </section>
  );
}
