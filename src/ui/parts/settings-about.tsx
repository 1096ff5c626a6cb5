/** Owns what support asks for: passkey and device, the server's identity, versions, records that cannot be read. */
import { toBase32 } from '#protocol/base32.ts';
import { toHex } from '#protocol/bytes.ts';
import { ORDER_VERSION } from '#protocol/order.ts';
import type { DamagedRecord, WalletState } from '#wallet/records.ts';
import { downloadText } from '../download.ts';
import { formatMoment } from '../text/format.ts';
import { t } from '../text/text.ts';
import { updateFailed } from '../update-offer.ts';
import { useStored, useWallet } from '../wallet-context.ts';
import { Button } from './button.tsx';
import { Notice } from './notice.tsx';

export function SettingsPasskey(props: { readonly wallet: WalletState }) {
  const { session } = useWallet();
  const { credentialId, device, accountReadAtMs } = props.wallet;
  return (
    <dl class="facts small">
      <dt>{t('settings.passkey')}</dt>
      <dd class="print">
        <bdi>{credentialId.slice(0, 12)}…</bdi>
      </dd>
      <dt>{t('settings.device')}</dt>
      <dd>{device}</dd>
      <dt>{t('settings.session')}</dt>
      <dd>{t(`settings.session-${session.value}`)}</dd>
      <dt>{t('settings.read-at')}</dt>
      <dd>
        <bdi>{formatMoment(accountReadAtMs)}</bdi>
      </dd>
    </dl>
  );
}

export function SettingsServer() {
  const stored = useStored('identity', ['wallet'], ({ store }) => store.readIdentity());
  const identity = stored.kind === 'read' ? stored.value : undefined;
  if (!identity) return <p class="soft">{t('settings.server-unknown')}</p>;
  const active = identity.keys.filter((key) => key.active);
  return (
    <dl class="facts small">
      <dt>{t('settings.server-host')}</dt>
      <dd>
        <bdi>{identity.rpId}</bdi>
      </dd>
      <dt>{t('settings.server-id')}</dt>
      <dd class="print">
        <bdi>{toBase32(identity.server)}</bdi>
      </dd>
      <dt>{t('settings.server-key')}</dt>
      <dd class="print">
        {active.map(({ keyId }) => (
          <bdi key={toHex(keyId)}>{toHex(keyId)}</bdi>
        ))}
      </dd>
    </dl>
  );
}

/** The build by the name of its release, or else by its script's own hash. */
function buildName(): string {
  const release = document.querySelector<HTMLMetaElement>('meta[name="release"]')?.content;
  const script = document.querySelector<HTMLScriptElement>('script[type="module"][src]')?.src;
  return release ?? /-([\w-]{8})\.js$/.exec(script ?? '')?.[1] ?? t('settings.build-unknown');
}

export function SettingsVersions() {
  return (
    <>
      {updateFailed() && <Notice kind="warning" title={t('settings.update-failed')} />}
      <dl class="facts small">
        <dt>{t('settings.build')}</dt>
        <dd class="print">
          <bdi>{buildName()}</bdi>
        </dd>
        <dt>{t('settings.protocol')}</dt>
        <dd>{ORDER_VERSION}</dd>
      </dl>
    </>
  );
}

function save(damaged: readonly DamagedRecord[]): void {
  // What no JSON holds (bytes, big numbers) is written out, so that nothing is lost on the way.
  const text = JSON.stringify(
    damaged,
    (_, value: unknown) => {
      if (typeof value === 'bigint') return `${value}n`;
      return value instanceof Uint8Array ? { hex: toHex(value) } : value;
    },
    2,
  );
  downloadText('counterfoil-damaged.json', text, 'application/json');
}

/** Records that cannot be read are kept as they are; here they can be handed to somebody who can. */
export function SettingsDamaged() {
  const stored = useStored('damaged', ['payments', 'wallet'], ({ store }) => store.readDamaged());
  const damaged = stored.kind === 'read' ? stored.value : [];
  if (damaged.length === 0) return null;
  return (
    <Notice
      kind="warning"
      title={t('settings.damaged', { count: damaged.length })}
      action={
        <Button kind="quiet" onClick={() => save(damaged)}>
          {t('settings.damaged-save')}
        </Button>
      }
    >
      <p>{t('settings.damaged-text')}</p>
    </Notice>
  );
}
