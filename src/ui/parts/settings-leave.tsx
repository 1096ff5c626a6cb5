/** Owns leaving this phone: possible once nothing waits here, since only this phone has what waits. */
import { useState } from 'preact/hooks';
import type { RefusalCode } from '#protocol/refusals.ts';
import { leaveWallet } from '../actions/account.ts';
import { navigate } from '../router.ts';
import { bindingEntries } from '../taken-payments.ts';
import { formatMoney } from '../text/format.ts';
import { t } from '../text/text.ts';
import { useWallet } from '../wallet-context.ts';
import { Button, ButtonLink } from './button.tsx';
import { Notice, RefusalNotice } from './notice.tsx';
import { Sheet } from './sheet.tsx';

function StillWaiting(props: { readonly amounts: readonly string[]; readonly count: number }) {
  return (
    <Notice
      kind="warning"
      title={t('settings.leave-waiting', {
        count: props.count,
        amounts: props.amounts.join(', '),
      })}
      action={
        <ButtonLink kind="quiet" href="/activity?f=waiting">
          {t('settings.leave-look')}
        </ButtonLink>
      }
    >
      <p>{t('settings.leave-waiting-next')}</p>
    </Notice>
  );
}

export function SettingsLeave() {
  const wallet = useWallet();
  const [asking, setAsking] = useState(false);
  const [leaving, setLeaving] = useState(false);
  const [refused, setRefused] = useState<RefusalCode>();
  const home = wallet.home.value;
  const binding = home ? bindingEntries(home) : [];
  const count = binding.length;
  if (count > 0) {
    const sums = new Map<number, bigint>();
    for (const { currency, amountMinor } of binding) {
      sums.set(currency, (sums.get(currency) ?? 0n) + amountMinor);
    }
    const amounts = [...sums].map(([currency, minor]) => formatMoney(minor, currency));
    return <StillWaiting amounts={amounts} count={count} />;
  }
  const leave = async () => {
    setLeaving(true);
    const left = await leaveWallet(wallet).catch(() => undefined);
    setLeaving(false);
    if (left?.ok) navigate('/', { replace: true });
    else setRefused(left?.refusal.code ?? 'unavailable');
  };
  return (
    <>
      <Button kind="plain" onClick={() => setAsking(true)}>
        {t('settings.leave')}
      </Button>
      <Sheet
        open={asking}
        title={t('settings.leave-ask')}
        onClose={() => setAsking(false)}
        foot={
          <>
            <Button kind="danger" busy={leaving} onClick={() => void leave()}>
              {t('settings.leave-yes')}
            </Button>
            <Button kind="plain" onClick={() => setAsking(false)}>
              {t('settings.leave-no')}
            </Button>
          </>
        }
      >
        {refused && <RefusalNotice code={refused} asked />}
        <p>{t('settings.leave-text')}</p>
      </Sheet>
    </>
  );
}
