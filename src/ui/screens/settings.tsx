/** Owns the settings: who you are to payers, how the app speaks and looks, what this phone can do. */
import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import type { Settings } from '#wallet/records.ts';
import type { ScreenProps } from '../lazy-screen.tsx';
import { ButtonLink } from '../parts/button.tsx';
import { Choice } from '../parts/field.tsx';
import { Notice } from '../parts/notice.tsx';
import { Screen } from '../parts/screen.tsx';
import { SettingsAbilities } from '../parts/settings-abilities.tsx';
import {
  SettingsDamaged,
  SettingsPasskey,
  SettingsServer,
  SettingsVersions,
} from '../parts/settings-about.tsx';
import { SettingsLeave } from '../parts/settings-leave.tsx';
import { SettingsProfile } from '../parts/settings-profile.tsx';
import { LANGUAGE_CODES, LANGUAGES } from '../text/languages.ts';
import { currentLanguage, t } from '../text/text.ts';
import { useWallet } from '../wallet-context.ts';
import '../styles/settings.css';

const THEMES = ['system', 'light', 'dark'] as const satisfies readonly Settings['theme'][];

function Section(props: {
  readonly id: string;
  readonly title: string;
  readonly children: ComponentChildren;
}) {
  return (
    <section class="settings-section" aria-labelledby={props.id}>
      <h2 id={props.id}>{props.title}</h2>
      {props.children}
    </section>
  );
}

function Looks() {
  const wallet = useWallet();
  const settings = wallet.settings.value;
  const [kept, setKept] = useState(true);
  if (!settings) return null;
  const choose = (change: Partial<Settings>) =>
    void wallet.writeSettings({ ...settings, ...change }).then(setKept);
  return (
    <>
      {!kept && (
        <Notice kind="warning" title={t('settings.not-kept')}>
          <p>{t('settings.not-kept-next')}</p>
        </Notice>
      )}
      <Choice
        legend={t('settings.language')}
        row
        value={currentLanguage()}
        onValue={(language) => choose({ language })}
        options={LANGUAGE_CODES.map((code) => ({
          value: code,
          label: <span lang={code}>{LANGUAGES[code].name}</span>,
        }))}
      />
      <Choice
        legend={t('settings.theme')}
        value={settings.theme}
        onValue={(theme) => choose({ theme })}
        options={THEMES.map((theme) => ({ value: theme, label: t(`settings.theme-${theme}`) }))}
      />
    </>
  );
}

export function SettingsScreen(_: ScreenProps) {
  const wallet = useWallet();
  const state = wallet.state.value;
  return (
    <Screen title={t('home.settings')} back="/" class="settings">
      <SettingsDamaged />
      {state && <SettingsProfile profile={state.account.profile} />}
      <Looks />
      <Section id="abilities" title={t('settings.abilities')}>
        <SettingsAbilities {...(state && { canPayOffline: state.canPayOffline })} />
      </Section>
      {state && (
        <Section id="offline" title={t('offline.title')}>
          <p class="small soft">{t('offline.settings')}</p>
          <ButtonLink kind="plain" href="/offline">
            {t('offline.open')}
          </ButtonLink>
          <ButtonLink kind="quiet" href="/keep">
            {t('keep.title')}
          </ButtonLink>
        </Section>
      )}
      {state && (
        <Section id="passkey" title={t('settings.account')}>
          <SettingsPasskey wallet={state} />
          {wallet.session.value === 'closed' && (
            <ButtonLink kind="plain" href="/sign-in">
              {t('home.sign-in')}
            </ButtonLink>
          )}
          <SettingsLeave />
        </Section>
      )}
      <Section id="server" title={t('settings.server')}>
        <SettingsServer />
        <ButtonLink kind="quiet" href="/check">
          {t('check.title')}
        </ButtonLink>
      </Section>
      <Section id="about" title={t('settings.about')}>
        <SettingsVersions />
      </Section>
    </Screen>
  );
}
