/** Owns the list of what this phone can do: each with its state in words and, where there is one, a next step. */
import type { ComponentChildren } from 'preact';
import { canInstall, installApp, isInstalled } from '../install-prompt.ts';
import { formatBytes } from '../text/bytes.ts';
import { t } from '../text/text.ts';
import { type Abilities, type CameraAbility, useAbilities } from '../use-abilities.ts';
import { Button, ButtonLink } from './button.tsx';
import { IconAccepted, IconRefused } from './icon.tsx';
import { IconInfo } from './icon-more.tsx';

type Mark = 'good' | 'open' | 'bad';

const SHAPES = { good: IconAccepted, open: IconInfo, bad: IconRefused } as const;

function Ability(props: {
  readonly mark: Mark;
  readonly name: string;
  readonly text: string;
  readonly action?: ComponentChildren;
}) {
  const Shape = SHAPES[props.mark];
  return (
    <li class="ability" data-mark={props.mark}>
      <Shape />
      <div>
        <p class="ability-name">{props.name}</p>
        <p class="small soft">{props.text}</p>
        {props.action}
      </div>
    </li>
  );
}

const OFFLINE_MARK = { true: 'good', false: 'bad', unknown: 'open' } as const;
const CAMERA_MARK: Readonly<Record<CameraAbility, Mark>> = {
  allowed: 'good',
  asks: 'open',
  refused: 'bad',
  missing: 'bad',
  insecure: 'bad',
};

function OfflineAbility(props: { readonly can: boolean | 'unknown' }) {
  const state = `${props.can}` as const;
  return (
    <Ability
      mark={OFFLINE_MARK[state]}
      name={t('ability.offline')}
      text={t(`ability.offline-${state}`)}
      action={
        <ButtonLink kind="quiet" href="/rehearsal">
          {t(props.can === 'unknown' ? 'home.rehearse' : 'ability.rehearse-again')}
        </ButtonLink>
      }
    />
  );
}

function InstallAbility() {
  if (isInstalled()) {
    return <Ability mark="good" name={t('ability.installed')} text={t('ability.installed-yes')} />;
  }
  return (
    <Ability
      mark="open"
      name={t('ability.installed')}
      text={t(canInstall() ? 'ability.installed-can' : 'ability.installed-how')}
      action={
        canInstall() && (
          <Button kind="quiet" onClick={() => void installApp()}>
            {t('ability.install')}
          </Button>
        )
      }
    />
  );
}

function StorageAbility(props: {
  readonly abilities: Abilities;
  readonly again: () => Promise<void>;
}) {
  const { storageKept, canAskToKeep, usedBytes } = props.abilities;
  const keep = async () => {
    await navigator.storage.persist().catch(() => false);
    await props.again();
  };
  const used =
    usedBytes !== undefined && t('ability.storage-used', { used: formatBytes(usedBytes) });
  const words = t(storageKept ? 'ability.storage-yes' : 'ability.storage-no');
  return (
    <Ability
      mark={storageKept ? 'good' : 'open'}
      name={t('ability.storage')}
      text={used ? `${words} ${used}` : words}
      action={
        !storageKept &&
        canAskToKeep && (
          <Button kind="quiet" onClick={() => void keep()}>
            {t('ability.storage-ask')}
          </Button>
        )
      }
    />
  );
}

export function SettingsAbilities(props: { readonly canPayOffline?: boolean | 'unknown' }) {
  const { abilities, again } = useAbilities();
  return (
    <ul class="abilities">
      {props.canPayOffline !== undefined && <OfflineAbility can={props.canPayOffline} />}
      <InstallAbility />
      {abilities && (
        <>
          <Ability
            mark={CAMERA_MARK[abilities.camera]}
            name={t('ability.camera')}
            text={t(`ability.camera-${abilities.camera}`)}
          />
          <Ability
            mark={abilities.backgroundSync ? 'good' : 'open'}
            name={t('ability.sync')}
            text={t(abilities.backgroundSync ? 'ability.sync-yes' : 'ability.sync-no')}
          />
          <StorageAbility abilities={abilities} again={again} />
        </>
      )}
    </ul>
  );
}
