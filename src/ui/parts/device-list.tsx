/** Owns the account's devices, and saying that one of them is lost. */
import { useEffect, useRef, useState } from 'preact/hooks';
import type { RefusalCode } from '#protocol/refusals.ts';
import type { DeviceGap, DeviceList, DeviceState } from '#protocol/wire-offline.ts';
import { freezeDevice } from '../actions/set-aside.ts';
import { announce } from '../announce.ts';
import { missingOf, missingWasSeen } from '../missing-payments.ts';
import { formatMoment, formatMoney } from '../text/format.ts';
import { t } from '../text/text.ts';
import type { Answer } from '../use-answer.ts';
import { useWallet } from '../wallet-context.ts';
import { Button } from './button.tsx';
import { Notice, RefusalNotice } from './notice.tsx';
import { Sheet } from './sheet.tsx';

function nameOf({ device, label }: DeviceState): string {
  return label || t('devices.unnamed', { device });
}

/** What is set aside for it and not drawn by settled payments. */
function holdsOf({ allowances }: DeviceState): string {
  return allowances
    .filter(({ totalMinor, spentMinor }) => totalMinor > spentMinor)
    .map(({ totalMinor, spentMinor, currency }) => formatMoney(totalMinor - spentMinor, currency))
    .join(', ');
}

function Device(props: {
  readonly state: DeviceState;
  readonly isThis: boolean;
  /** How many payments approved on it never came. */
  readonly missing: number;
  readonly onLost: () => void;
}) {
  const { state } = props;
  const amounts = holdsOf(state);
  return (
    <li class="device">
      <p class="device-name">
        <bdi>{nameOf(state)}</bdi>
      </p>
      <p class="small soft">
        {[
          props.isThis
            ? t('devices.this', { device: state.device })
            : t('devices.since', {
                device: state.device,
                moment: formatMoment(state.createdAtMs),
              }),
          state.frozen && t('devices.frozen'),
          amounts && t('devices.holds', { amounts }),
        ]
          .filter(Boolean)
          .join(' · ')}
      </p>
      {!props.isThis && props.missing > 0 && (
        <p class="small device-missing">{t('devices.missing', { count: props.missing })}</p>
      )}
      {!props.isThis && !state.frozen && (
        <Button kind="quiet" onClick={props.onLost}>
          {t('devices.lost')}
        </Button>
      )}
    </li>
  );
}

function LostSheet(props: {
  readonly state: DeviceState | undefined;
  readonly onClose: () => void;
  readonly onDone: () => void;
}) {
  const wallet = useWallet();
  const { state } = props;
  const [busy, setBusy] = useState(false);
  const [refused, setRefused] = useState<RefusalCode>();
  async function freeze(): Promise<void> {
    if (!state) return;
    setBusy(true);
    setRefused(undefined);
    const frozen = await freezeDevice(wallet, state.device).catch(() => undefined);
    setBusy(false);
    if (!frozen?.ok) return setRefused(frozen?.refusal.code ?? 'unavailable');
    announce(t('devices.lost-done'));
    props.onDone();
  }
  return (
    <Sheet
      open={state !== undefined}
      title={state ? t('devices.lost-ask', { name: nameOf(state), device: state.device }) : ''}
      onClose={props.onClose}
      foot={
        <>
          <Button kind="danger" busy={busy} onClick={() => void freeze()}>
            {t('devices.lost-yes')}
          </Button>
          <Button kind="plain" onClick={props.onClose}>
            {t('devices.lost-no')}
          </Button>
        </>
      }
    >
      {refused && <RefusalNotice code={refused} asked />}
      <div class="stack">
        <Notice kind="warning" title={t('devices.lost-pays')}>
          <p>{t('devices.lost-pays-next')}</p>
        </Notice>
        <p>{t('devices.lost-returns')}</p>
        <p>{t('devices.lost-comes')}</p>
      </div>
    </Sheet>
  );
}

/** Silence is the network's; whoever answers has said what to do. */
function Unknown(props: { readonly code: RefusalCode; readonly onRetry: () => void }) {
  const retry = (
    <Button kind="quiet" onClick={props.onRetry}>
      {t('action.retry')}
    </Button>
  );
  return props.code === 'unavailable' ? (
    <Notice title={t('devices.unknown')} action={retry} />
  ) : (
    <RefusalNotice code={props.code} asked action={retry} />
  );
}

export function Devices(props: {
  readonly answer: Answer<DeviceList>;
  readonly gaps: readonly DeviceGap[];
}) {
  const mine = useWallet().state.value?.device;
  const { outcome, again } = props.answer;
  const [lost, setLost] = useState<DeviceState>();
  const [told, setTold] = useState(false);
  const heading = useRef<HTMLHeadingElement>(null);
  const isSaid = useRef(false);
  const list = outcome?.ok ? outcome.value : undefined;
  const isTold = list !== undefined && props.gaps.length > 0;
  useEffect(() => {
    if (isTold) missingWasSeen();
  }, [isTold]);
  return (
    <section aria-labelledby="devices">
      <h2 id="devices" ref={heading} tabIndex={-1}>
        {t('devices.title')}
      </h2>
      {outcome && !outcome.ok && <Unknown code={outcome.refusal.code} onRetry={again} />}
      {!outcome && <p class="soft">{t('part.loading')}</p>}
      {told && <p>{t('devices.lost-done')}</p>}
      <ul class="devices">
        {list?.devices.map((state) => (
          <Device
            key={state.device}
            state={state}
            isThis={state.device === mine}
            missing={missingOf(props.gaps, state.device)}
            onLost={() => setLost(state)}
          />
        ))}
      </ul>
      <LostSheet
        state={lost}
        onClose={() => {
          setLost(undefined);
          // The closed sheet gives the focus to what opened it, which is about to go.
          if (isSaid.current) heading.current?.focus();
          isSaid.current = false;
        }}
        onDone={() => {
          isSaid.current = true;
          setTold(true);
          setLost(undefined);
          again();
        }}
      />
    </section>
  );
}
