/** Owns the profile as payers see it, and changing it. */
import { useState } from 'preact/hooks';
import type { RefusalCode } from '#protocol/refusals.ts';
import {
  type PayeeProfile,
  PROFILE_CITY_CHARACTERS_MAX,
  PROFILE_NAME_CHARACTERS_MAX,
} from '#protocol/wire.ts';
import { changeProfile } from '../actions/account.ts';
import { announce } from '../announce.ts';
import { formatAccount } from '../text/format.ts';
import { t } from '../text/text.ts';
import { useWallet } from '../wallet-context.ts';
import { Button } from './button.tsx';
import { Field } from './field.tsx';
import { RefusalNotice } from './notice.tsx';
import { Sheet } from './sheet.tsx';

/** ISO 18245 codes that small payees need most; `0000` says nothing of the trade. */
const CATEGORIES = [
  '0000',
  '5411',
  '5812',
  '5814',
  '4121',
  '5912',
  '5651',
  '7230',
  '4814',
  '8299',
  '8398',
  '7299',
] as const;

function CategoryField(props: {
  readonly value: string;
  readonly onValue: (category: string) => void;
}) {
  const known = CATEGORIES.some((category) => category === props.value);
  return (
    <div class="field">
      <label for="category">{t('settings.category')}</label>
      <select
        id="category"
        class="field-input"
        onChange={(event) => props.onValue(event.currentTarget.value)}
      >
        {!known && (
          <option value={props.value} selected>
            {props.value}
          </option>
        )}
        {CATEGORIES.map((category) => (
          <option key={category} value={category} selected={category === props.value}>
            {t(`category.${category}`)}
          </option>
        ))}
      </select>
    </div>
  );
}

function ProfileForm(props: { readonly profile: PayeeProfile; readonly onDone: () => void }) {
  const wallet = useWallet();
  const { profile } = props;
  const [name, setName] = useState(profile.name);
  const [city, setCity] = useState(profile.city);
  const [category, setCategory] = useState(profile.category);
  const [refused, setRefused] = useState<RefusalCode>();
  const [saving, setSaving] = useState(false);
  const save = async () => {
    setSaving(true);
    const form = { name: name.trim(), city: city.trim(), country: profile.country, category };
    const changed = await changeProfile(wallet, form).catch(() => undefined);
    setSaving(false);
    if (!changed?.ok) return setRefused(changed?.refusal.code ?? 'unavailable');
    announce(t('settings.profile-saved'));
    props.onDone();
  };
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        void save();
      }}
    >
      {refused && <RefusalNotice code={refused} asked />}
      <Field
        label={t('settings.name')}
        hint={t('settings.name-hint')}
        value={name}
        onValue={setName}
        maxLength={PROFILE_NAME_CHARACTERS_MAX}
        required
        autoComplete="name"
      />
      <Field
        label={t('settings.city')}
        value={city}
        onValue={setCity}
        maxLength={PROFILE_CITY_CHARACTERS_MAX}
        required
        autoComplete="address-level2"
      />
      <CategoryField value={category} onValue={setCategory} />
      <Button type="submit" busy={saving} disabled={name.trim() === '' || city.trim() === ''}>
        {t('settings.save')}
      </Button>
    </form>
  );
}

export function SettingsProfile(props: { readonly profile: PayeeProfile }) {
  const { profile } = props;
  const [editing, setEditing] = useState(false);
  const close = () => setEditing(false);
  return (
    <section class="settings-card">
      <div class="settings-who">
        <div>
          <p class="settings-name">
            <bdi>{profile.name}</bdi>
          </p>
          <p class="soft">
            <bdi>{profile.city}</bdi>
          </p>
        </div>
        <Button kind="plain" onClick={() => setEditing(true)}>
          {t('settings.edit')}
        </Button>
      </div>
      <p class="print small" dir="ltr">
        {formatAccount(profile.account)}
      </p>
      <p class="small soft">{t('settings.shown-to-payers')}</p>
      <Sheet open={editing} title={t('settings.profile')} onClose={close}>
        {editing && <ProfileForm profile={profile} onDone={close} />}
      </Sheet>
    </section>
  );
}
