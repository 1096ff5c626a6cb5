/** Owns signing in on a phone with a passkey that exists already. */
import { useCallback, useEffect, useState } from 'preact/hooks';
import type { CeremonyOptions } from '#device/account-api.ts';
import type { RefusalCode } from '#protocol/refusals.ts';
import { beginSignIn, finishSignIn } from '../actions/open-wallet.ts';
import { Button, ButtonLink } from '../parts/button.tsx';
import { IconPasskey } from '../parts/icon-more.tsx';
import { Notice, RefusalNotice } from '../parts/notice.tsx';
import { Screen } from '../parts/screen.tsx';
import { passkeysExist } from '../passkey.ts';
import { navigate } from '../router.ts';
import { t } from '../text/text.ts';
import { useWallet } from '../wallet-context.ts';

export function SignInScreen() {
  const wallet = useWallet();
  const [options, setOptions] = useState<CeremonyOptions>();
  const [busy, setBusy] = useState(false);
  const [code, setCode] = useState<RefusalCode>();

  // Fetched ahead, so that the tap itself opens the prompt.
  const fetchOptions = useCallback(async () => {
    const answer = await beginSignIn(wallet);
    if (answer.ok) setOptions(answer.value);
    else setCode(answer.refusal.code);
  }, [wallet]);
  useEffect(() => void fetchOptions(), [fetchOptions]);

  function go(): void {
    setCode(undefined);
    if (!options) {
      void fetchOptions();
      return;
    }
    setBusy(true);
    const isNew = wallet.state.peek() === undefined;
    void finishSignIn(wallet, options).then((outcome) => {
      setBusy(false);
      if (outcome.ok) {
        // Somebody whom a link to pay brought here goes on to it.
        navigate(isNew && wallet.draft.peek() ? '/pay' : '/', { replace: true });
        return;
      }
      setCode(outcome.refusal.code);
      // A ceremony is good for one answer only.
      setOptions(undefined);
      void fetchOptions();
    });
  }

  return (
    <Screen
      title={t('signin.title')}
      back="/"
      foot={
        <>
          <Button icon={<IconPasskey />} busy={busy} disabled={!options && !code} onClick={go}>
            {t('signin.go')}
          </Button>
          {wallet.state.value === undefined && (
            <ButtonLink href="/open" kind="quiet">
              {t('signin.new')}
            </ButtonLink>
          )}
        </>
      }
    >
      <p>{t('signin.lead')}</p>
      {!passkeysExist() && <Notice kind="warning" title={t('passkey.none')} />}
      {code && <RefusalNotice code={code} asked />}
    </Screen>
  );
}
