/** Owns getting paid: asking, showing the code, and saying "paid" once the server's entry is here. */
import type { ScreenProps } from '../lazy-screen.tsx';
import { ButtonLink } from '../parts/button.tsx';
import { RefusalNotice } from '../parts/notice.tsx';
import { ReceiveAsk } from '../parts/receive-ask.tsx';
import { ReceivePaid } from '../parts/receive-paid.tsx';
import { ReceiveShown } from '../parts/receive-shown.tsx';
import { Screen } from '../parts/screen.tsx';
import { navigate } from '../router.ts';
import { t } from '../text/text.ts';
import { useStored } from '../wallet-context.ts';
import '../styles/receive.css';

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
  if (!request.paid) return <ReceiveShown key={digest} request={request} />;
  return <ReceivePaid request={request} paid={request.paid} onNext={() => navigate('/receive')} />;
}

export function ReceiveScreen(props: ScreenProps) {
  const digest = props.query.get('d');
  return digest === null ? <ReceiveAsk /> : <Request key={digest} digest={digest} />;
}
