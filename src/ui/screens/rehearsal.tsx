/** Owns the rehearsal: a real approval with the network off, to learn whether this phone can pay offline. */
import { useEffect, useState } from 'preact/hooks';
import { networkIsOff, recordRehearsal, rehearse } from '../actions/rehearse.ts';
import type { ScreenProps } from '../lazy-screen.tsx';
import { Button, ButtonLink } from '../parts/button.tsx';
import { IconPasskey, IconPlane } from '../parts/icon-more.tsx';
import { Notice } from '../parts/notice.tsx';
import { Screen } from '../parts/screen.tsx';
import { t } from '../text/text.ts';
import { useStored, useWallet } from '../wallet-context.ts';
import type { Wallet } from '../wallet-model.ts';

const PROBE_EVERY_MS = 1_500;

/** Follows by trying, since airplane mode tells nobody reliably. */
function useNetworkOff(active: boolean): boolean {
  const [off, setOff] = useState(false);
  useEffect(() => {
    if (!active) return;
    let over = false;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const probe = async () => {
      const answer = await networkIsOff();
      if (over) return;
      setOff(answer);
      timer = setTimeout(() => void probe(), PROBE_EVERY_MS);
    };
    void probe();
    return () => {
      over = true;
      clearTimeout(timer);
    };
  }, [active]);
  return off;
}

type Stage = 'ready' | 'asking' | 'failed' | 'works';

/** Somebody who came by a link to pay goes on to it. */
function nextAddress(wallet: Wallet): string {
  return wallet.draft.value ? '/pay' : '/';
}

function Done() {
  const wallet = useWallet();
  return (
    <Screen
      title={t('rehearsal.works')}
      foot={<ButtonLink href={nextAddress(wallet)}>{t('action.done')}</ButtonLink>}
    >
      <p>{t('rehearsal.works-text')}</p>
    </Screen>
  );
}

export function RehearsalScreen(props: ScreenProps) {
  const wallet = useWallet();
  const [stage, setStage] = useState<Stage>('ready');
  const off = useNetworkOff(stage !== 'works');
  const identity = useStored('identity', ['wallet'], (w) => w.store.readIdentity());
  const known = identity.kind === 'read' ? identity.value : undefined;

  function go(): void {
    if (!known) return;
    const answer = rehearse(wallet, known);
    setStage('asking');
    void answer.then(async (approved) => {
      if (approved.ok) await recordRehearsal(wallet, true);
      setStage(approved.ok ? 'works' : 'failed');
    });
  }

  if (stage === 'works') return <Done />;
  return (
    <Screen
      title={t('rehearsal.title')}
      {...(!props.query.has('new') && { back: '/' })}
      foot={
        <>
          <Button
            icon={<IconPasskey />}
            disabled={!off || !known}
            busy={stage === 'asking'}
            onClick={go}
          >
            {t('rehearsal.try')}
          </Button>
          {stage === 'failed' ? (
            <ButtonLink
              href={nextAddress(wallet)}
              kind="quiet"
              onClick={() => void recordRehearsal(wallet, false)}
            >
              {t('rehearsal.online-only')}
            </ButtonLink>
          ) : (
            <ButtonLink href={nextAddress(wallet)} kind="quiet">
              {t('rehearsal.later')}
            </ButtonLink>
          )}
        </>
      }
    >
      <p>{t('rehearsal.lead')}</p>
      <ol class="steps">
        <li data-done={off}>
          <IconPlane />
          <span>
            {t('rehearsal.step-plane')}
            <b role="status">{t(off ? 'rehearsal.off' : 'rehearsal.waiting')}</b>
          </span>
        </li>
        <li>
          <IconPasskey />
          <span>{t('rehearsal.step-touch')}</span>
        </li>
      </ol>
      {identity.kind === 'read' && !known && (
        <Notice kind="warning" title={t('rehearsal.identity-missing')} />
      )}
      {stage === 'failed' && (
        <Notice kind="warning" title={t('rehearsal.failed')}>
          <p>{t('rehearsal.failed-text')}</p>
        </Notice>
      )}
    </Screen>
  );
}
