/** Owns the ticket of two halves, pay and get paid: the app's two main ways, cut like every slip. */
import { t } from '../text/text.ts';
import { IconCode, IconScan } from './icon.tsx';
import { tearSidePath } from './tear-line.ts';

/** `id` shapes the cut: the account's own, so that a phone's ticket is always the same one. */
export function Ticket(props: { readonly id: string }) {
  const { width, height, path, cut } = tearSidePath(props.id);
  return (
    <nav class="ticket" aria-label={t('home.actions')}>
      <a class="ticket-half ticket-pay" href="/scan">
        <b>{t('home.pay')}</b>
        <span>
          <IconScan />
          {t('home.pay-hint')}
        </span>
      </a>
      <svg
        class="ticket-cut"
        viewBox={`0 0 ${width} ${height}`}
        preserveAspectRatio="none"
        aria-hidden="true"
      >
        <path class="ticket-paper" d={path} />
        <path class="ticket-line" d={cut} />
      </svg>
      <a class="ticket-half ticket-receive" href="/receive">
        <b>{t('home.receive')}</b>
        <span>
          <IconCode />
          {t('home.receive-hint')}
        </span>
      </a>
    </nav>
  );
}
