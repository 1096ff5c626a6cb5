/** Owns getting paid: asking, showing the code, and saying "paid" once the server's entry is here. */

import type { ShownRequest } from '#wallet/records.ts';
import type { ScreenProps } from '../lazy-screen.tsx';
import { ButtonLink } from '../parts/button.tsx';
import { RefusalNotice } from '../parts/notice.tsx';
import { ReceiveAsk } from '../parts/receive-ask.tsx';
import { ReceivePaid } from '../parts/receive-paid.tsx';
import { ReceiveShown } from '../parts/receive-shown.tsx';
import { ReceiveTaken } from '../parts/receive-taken.tsx';
import { Screen } from '../parts/screen.tsx';
import { navigate } from '../router.ts';
import { readTakenFor } from '../taken-payments.ts';
import { t } from '../text/text.ts';
import { useStored } from '../wallet-context.ts';
import '../styles/receive.css';

/** Until the server's word is here: the code, or the counterfoil that was taken for it. */
function Unpaid(props: { readonly request: ShownRequest }) {
  const { request } = props;
  const stored = useStored(request.digest, ['payments'], ({ store }) =>
    readTakenFor(store, request.digest),
  );
  if (stored.kind === 'reading') return <Screen title={t('part.loading')} back="/" busy />;
  const taken = stored.kind === 'read' ? stored.value : stored.last;
  return taken ? <ReceiveTaken taken={taken} /> : <ReceiveShown request={request} />;
}

function Request(props: { readonly digest: string }) {
  const { digest } = props;
  const stored = useStored(digest, ['requests', 'payments'], ({ store }) =>
    store.readRequest(digest),
  );
  if (stored.kind === 'reading') return <Screen title={t('part.loading')} back="/" busy />;
  const request = stored.kind === 'read' ? stored.value : stored.last;
  if (!request) {
    const code = stored.kind === 'unreadable' ? 'store_unreadable' : 'not_found';
    return (
      <Screen
        title={t('receive.shown-title')}
        back="/"
        foot={
          <ButtonLink kind="receive" href="/receive">
            {t('receive.next')}
          </ButtonLink>
        }
      >
        <RefusalNotice code={code} />
      </Screen>
    );
  }
  if (!request.paid) return <Unpaid key={digest} request={request} />;
  return <ReceivePaid request={request} paid={request.paid} onNext={() => navigate('/receive')} />;
}

export function ReceiveScreen(props: ScreenProps) {
  const digest = props.query.get('d');
  return digest === null ? <ReceiveAsk /> : <Request key={digest} digest={digest} />;
}
