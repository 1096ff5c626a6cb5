/** Owns paying without a network: how much is set aside for it, what is left, and the account's devices. */
import { useState } from 'preact/hooks';
import type { RefusalCode } from '#protocol/refusals.ts';
import type { DeviceList, OfflineTerms } from '#protocol/wire-offline.ts';
import type { OfflinePurse } from '#wallet/offline-records.ts';
import { setAside } from '../actions/set-aside.ts';
import { announce } from '../announce.ts';
import type { Engine } from '../engine.ts';
import type { OfflineFunds } from '../offline-funds.ts';
import { Amount } from '../parts/amount.tsx';
import { Button, ButtonLink } from '../parts/button.tsx';
import { Devices } from '../parts/device-list.tsx';
import { Notice, RefusalNotice } from '../parts/notice.tsx';
import { Screen } from '../parts/screen.tsx';
import { SetAsideSheet } from '../parts/set-aside-sheet.tsx';
import { currencyLabel, formatMoment, formatMoney } from '../text/format.ts';
import { t } from '../text/text.ts';
import { useAnswer } from '../use-answer.ts';
import { useOfflineFunds } from '../use-offline-funds.ts';
import { useWallet } from '../wallet-context.ts';
import '../styles/offline.css';

const readTerms = (api: Engine['api']) => api.readTerms();
const readDevices = (api: Engine['api']) => api.readDevices();
const readDeviceGaps = (api: Engine['api']) => api.readDeviceGaps();

/** Why the server gives this phone nothing more, if it says so. */
function endedBy(list: DeviceList | undefined, mine: number | undefined): RefusalCode | undefined {
  if (list?.stopped) return 'allowances_stopped';
  const isFrozen = list?.devices.some(({ device, frozen }) => device === mine && frozen);
  return isFrozen ? 'device_frozen' : undefined;
}

/** What there is now, or what is awaited. */
function PurseState(props: {
  readonly purse: OfflinePurse | undefined;
  readonly funds: OfflineFunds | undefined;
  /** Nothing is awaited any more. */
  readonly ended: boolean;
}) {
  const { purse, funds } = props;
  if (funds) {
    const money = (minor: bigint) => formatMoney(minor, funds.currency);
    return (
      <>
        <p class="purse-left">
          <Amount minor={funds.leftMinor} currency={funds.currency} size="title" />{' '}
          <span>{t('offline.left', { total: money(funds.totalMinor) })}</span>
        </p>
        <p class="small">
          {purse?.wantedMinor === undefined
            ? t('offline.ending')
            : t('offline.until', {
                moment: formatMoment(funds.untilMs),
                cap: money(funds.capMinor),
              })}
        </p>
      </>
    );
  }
  if (!purse?.wantedMinor || props.ended) return <p class="soft">{t('offline.nothing')}</p>;
  const amount = formatMoney(purse.wantedMinor, purse.currency);
  return <p>{t('offline.asking', { amount })}</p>;
}

function PurseCard(props: {
  readonly currency: number;
  readonly funds: OfflineFunds | undefined;
  readonly terms: OfflineTerms | undefined;
  readonly ended: boolean;
}) {
  const wallet = useWallet();
  const { currency, funds, terms, ended } = props;
  const purse = wallet.home.value?.purses.find((each) => each.currency === currency);
  const [choosing, setChoosing] = useState(false);
  const [busy, setBusy] = useState(false);
  const [refused, setRefused] = useState<RefusalCode>();
  const wants = purse?.wantedMinor !== undefined;
  const limits = terms?.currencies.find((each) => each.currency === currency);

  async function choose(wantedMinor: bigint | undefined): Promise<void> {
    setChoosing(false);
    setBusy(true);
    setRefused(undefined);
    const done = await setAside(wallet, currency, wantedMinor);
    setBusy(false);
    if (!done.ok) return setRefused(done.refusal.code);
    const amount = wantedMinor && formatMoney(wantedMinor, currency);
    announce(amount ? t('offline.done', { amount }) : t('offline.stopped'));
  }

  return (
    <section class="purse-card" aria-label={currencyLabel(currency)}>
      <PurseState purse={purse} funds={funds} ended={ended} />
      {refused && <RefusalNotice code={refused} />}
      {!ended && (
        <div class="purse-actions">
          <Button kind={wants ? 'plain' : 'ink'} busy={busy} onClick={() => setChoosing(true)}>
            {t(wants ? 'offline.change' : 'offline.choose')}
          </Button>
          {wants && (
            <Button kind="quiet" disabled={busy} onClick={() => void choose(undefined)}>
              {t('offline.stop')}
            </Button>
          )}
        </div>
      )}
      <SetAsideSheet
        open={choosing}
        currency={currency}
        limits={limits}
        onClose={() => setChoosing(false)}
        onAmount={(minor) => void choose(minor)}
      />
    </section>
  );
}

const wholeDays = (hours: number) => Math.round(hours / 24);

function HowItWorks(props: { readonly terms: OfflineTerms | undefined }) {
  const { terms } = props;
  return (
    <section class="offline-how" aria-labelledby="offline-how">
      <h2 id="offline-how">{t('offline.how')}</h2>
      <p>{t('offline.how-1')}</p>
      {terms ? (
        <>
          <p>
            {t('offline.how-2', {
              days: wholeDays(terms.hours),
              countMax: terms.countMax,
              countSoft: terms.countSoft,
            })}
          </p>
          <p>{t('offline.how-3', { grace: wholeDays(terms.graceHours) })}</p>
        </>
      ) : (
        <p class="soft">{t('offline.no-terms')}</p>
      )}
    </section>
  );
}

/** What the operator paid in this account's place. */
function Owed() {
  const owed = useWallet().balances.value.filter(({ owedMinor }) => owedMinor > 0n);
  if (owed.length === 0) return null;
  const amounts = owed.map(({ owedMinor, currency }) => formatMoney(owedMinor, currency));
  return (
    <Notice kind="warning" title={t('offline.owed-title', { amounts: amounts.join(', ') })}>
      <p>{t('offline.owed-text')}</p>
    </Notice>
  );
}

export function OfflineScreen() {
  const wallet = useWallet();
  const funds = useOfflineFunds();
  const { outcome } = useAnswer(readTerms);
  const terms = outcome?.ok ? outcome.value : undefined;
  const granted = wallet.home.value?.purses.map((purse) => purse.granted?.id).join();
  const devices = useAnswer(readDevices, granted);
  const gaps = useAnswer(readDeviceGaps).outcome;
  const list = devices.outcome?.ok ? devices.outcome.value : undefined;
  const ended = endedBy(list, wallet.state.value?.device);
  return (
    <Screen
      title={t('offline.title')}
      back="/settings"
      class="offline"
      foot={
        wallet.draft.value && (
          <ButtonLink kind="pay" href="/pay">
            {t('offline.pay')}
          </ButtonLink>
        )
      }
    >
      {ended && <RefusalNotice code={ended} />}
      <Owed />
      {wallet.balances.value.map(({ currency }) => (
        <PurseCard
          key={currency}
          currency={currency}
          funds={funds?.find((each) => each.currency === currency)}
          terms={terms}
          ended={ended !== undefined}
        />
      ))}
      <Devices answer={devices} gaps={gaps?.ok ? gaps.value.gaps : []} />
      <HowItWorks terms={terms} />
    </Screen>
  );
}
