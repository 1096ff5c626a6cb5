/** Owns opening a wallet: who you are, then the passkey, each on a screen of its own. */
import { useEffect, useMemo, useState } from 'preact/hooks';
import type { CeremonyOptions } from '#device/account-api.ts';
import { CURRENCIES, currencyOfAlpha } from '#protocol/currency.ts';
import type { RefusalCode } from '#protocol/refusals.ts';
import {
  PROFILE_CITY_CHARACTERS_MAX,
  PROFILE_NAME_CHARACTERS_MAX,
  type ProfileForm,
} from '#protocol/wire.ts';
import { beginEnrolment, sendEnrolment } from '../actions/open-wallet.ts';
import { Button } from '../parts/button.tsx';
import { Field } from '../parts/field.tsx';
import { IconPasskey } from '../parts/icon-more.tsx';
import { Notice, RefusalNotice } from '../parts/notice.tsx';
import { Screen } from '../parts/screen.tsx';
import { makePasskey, passkeysExist } from '../passkey.ts';
import { currencyOfRegion, regionOf } from '../region.ts';
import { holdReload } from '../reload-guard.ts';
import { navigate } from '../router.ts';
import { currencyName } from '../text/format.ts';
import { t } from '../text/text.ts';
import { useWallet } from '../wallet-context.ts';

type Answers = { readonly name: string; readonly city: string; readonly currency: string };

/** Restaurants and shops choose theirs in the settings; `0000` says nothing of the trade. */
const CATEGORY_UNKNOWN = '0000';

function profileOf(answers: Answers): ProfileForm {
  return {
    name: answers.name.trim(),
    city: answers.city.trim(),
    country: regionOf(navigator.language),
    category: CATEGORY_UNKNOWN,
  };
}

function CurrencyField(props: {
  readonly value: string;
  readonly onValue: (alpha: string) => void;
}) {
  const guess = currencyOfRegion(regionOf(navigator.language));
  const others = useMemo(() => CURRENCIES.filter(({ alpha }) => alpha !== guess), [guess]);
  return (
    <div class="field">
      <label for="currency">{t('open.currency')}</label>
      <select
        id="currency"
        class="field-input"
        aria-describedby="currency-note"
        value={props.value}
        onChange={(event) => props.onValue(event.currentTarget.value)}
      >
        <option value={guess}>{currencyName(guess)}</option>
        {others.map(({ alpha }) => (
          <option key={alpha} value={alpha}>
            {currencyName(alpha)}
          </option>
        ))}
      </select>
      <p id="currency-note" class="field-note">
        {t('open.currency-hint')}
      </p>
    </div>
  );
}

function FormStep(props: {
  readonly answers: Answers;
  readonly onAnswers: (answers: Answers) => void;
  readonly onOptions: (options: CeremonyOptions) => void;
}) {
  const wallet = useWallet();
  const { answers, onAnswers } = props;
  const [busy, setBusy] = useState(false);
  const [code, setCode] = useState<RefusalCode>();
  const [asked, setAsked] = useState(false);
  const missing = { name: answers.name.trim() === '', city: answers.city.trim() === '' };

  async function go(): Promise<void> {
    setAsked(true);
    if (missing.name || missing.city) return;
    setBusy(true);
    const options = await beginEnrolment(wallet, answers.name.trim());
    setBusy(false);
    if (options.ok) props.onOptions(options.value);
    else setCode(options.refusal.code);
  }

  return (
    <Screen
      title={t('open.title')}
      back="/"
      foot={
        <Button type="submit" form="open" busy={busy}>
          {t('action.continue')}
        </Button>
      }
    >
      <p class="soft">{t('open.lead')}</p>
      <form
        id="open"
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          if (!busy) void go();
        }}
      >
        <Field
          label={t('open.name')}
          value={answers.name}
          onValue={(name) => onAnswers({ ...answers, name })}
          maxLength={PROFILE_NAME_CHARACTERS_MAX}
          autoComplete="name"
          required
          {...(asked && missing.name && { complaint: t('open.name-missing') })}
        />
        <Field
          label={t('open.city')}
          value={answers.city}
          onValue={(city) => onAnswers({ ...answers, city })}
          maxLength={PROFILE_CITY_CHARACTERS_MAX}
          autoComplete="address-level2"
          required
          {...(asked && missing.city && { complaint: t('open.city-missing') })}
        />
        <CurrencyField
          value={answers.currency}
          onValue={(currency) => onAnswers({ ...answers, currency })}
        />
      </form>
      {code && <RefusalNotice code={code} />}
    </Screen>
  );
}

function PasskeyStep(props: {
  readonly answers: Answers;
  readonly options: CeremonyOptions;
  readonly onStale: () => void;
}) {
  const wallet = useWallet();
  const [busy, setBusy] = useState(false);
  const [code, setCode] = useState<RefusalCode>();
  const [credential, setCredential] = useState<unknown>();
  const unsent = credential !== undefined;
  // A passkey that the server has not heard of yet lives in this page's memory alone.
  useEffect(() => (unsent ? holdReload() : undefined), [unsent]);

  async function send(made: unknown): Promise<void> {
    const currency = currencyOfAlpha(props.answers.currency);
    const sent = await sendEnrolment(wallet, {
      profile: profileOf(props.answers),
      credential: made,
      ...(currency && { currency: currency.numeric }),
    });
    setBusy(false);
    if (sent.ok) navigate('/rehearsal?new', { replace: true });
    else setCode(sent.refusal.code);
  }

  function go(): void {
    setBusy(true);
    setCode(undefined);
    if (credential !== undefined) {
      void send(credential);
      return;
    }
    void makePasskey(props.options).then((made) => {
      if (made.ok) {
        // Kept: when only the answer is lost, the same passkey is sent again, not made twice.
        setCredential(made.value);
        return send(made.value);
      }
      setBusy(false);
      setCode(made.refusal.code);
    });
  }

  return (
    <Screen
      title={t('passkey.title')}
      foot={
        <>
          <Button icon={<IconPasskey />} busy={busy} onClick={go}>
            {t(credential === undefined ? 'passkey.make' : 'passkey.send-again')}
          </Button>
          <Button kind="quiet" onClick={props.onStale} disabled={busy}>
            {t('action.back')}
          </Button>
        </>
      }
    >
      <div class="stack">
        <p>{t('passkey.lead')}</p>
        <p class="soft">{t('passkey.stays')}</p>
      </div>
      {busy && <Notice title={t('passkey.waiting')} />}
      {code && <RefusalNotice code={code} />}
    </Screen>
  );
}

export function OnboardingScreen() {
  const wallet = useWallet();
  const [options, setOptions] = useState<CeremonyOptions>();
  const [answers, setAnswers] = useState<Answers>(() => ({
    name: '',
    city: '',
    currency: currencyOfRegion(regionOf(navigator.language)),
  }));
  const has = wallet.state.value !== undefined;
  useEffect(() => {
    if (has && location.pathname === '/open') navigate('/', { replace: true });
  }, [has]);
  if (!passkeysExist()) {
    return (
      <Screen title={t('open.title')} back="/">
        <Notice kind="warning" title={t('passkey.none')} />
      </Screen>
    );
  }
  return options ? (
    <PasskeyStep answers={answers} options={options} onStale={() => setOptions(undefined)} />
  ) : (
    <FormStep answers={answers} onAnswers={setAnswers} onOptions={setOptions} />
  );
}
