/** Owns the picture of the welcome: one ticket torn in two, each half proving the other. */
import { t } from '../text/text.ts';
import { tearSidePath } from './tear-line.ts';

const SEED = 'counterfoil';

export function TornTicket() {
  const { width, height, path } = tearSidePath(SEED);
  const cut = (
    <svg
      class="ticket-cut"
      viewBox={`0 0 ${width} ${height}`}
      preserveAspectRatio="none"
      aria-hidden="true"
    >
      <path d={path} />
    </svg>
  );
  return (
    <div class="torn" aria-hidden="true">
      <div class="torn-half torn-pay">
        <span>{t('welcome.half-pay')}</span>
        <b>{t('state.promised')}</b>
        {cut}
      </div>
      <div class="torn-half torn-receive">
        {cut}
        <span>{t('welcome.half-receive')}</span>
        <b>{t('state.accepted')}</b>
      </div>
    </div>
  );
}
