/** Owns opening a wallet: who you are, then the passkey, each on a screen of its own. */
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { CeremonyOptions } from '#device/account-api.ts';
import { CURRENCIES, currencyOfAlpha } from '#protocol/currency.ts';
import type { RefusalCode } from '#protocol/refusals.ts';
import {
  PROFILE_CITY_CHARACTERS_MAX,
  PROFILE_NAME_CHARACTERS_MAX,
  type ProfileForm,
} from '#protocol/wire.ts';
import { beginEnrolment, sendEnrolment } from '../actions/open-wallet.ts';
import { Button, ButtonLink } from '../parts/button.tsx';
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
  const [asked, setAsked] = useState(0);
  const form = useRef<HTMLFormElement>(null);
  useEffect(
    () => form.current?.querySelector<HTMLElement>('[aria-invalid=true]')?.focus(),
    [asked],
  );
  const missing = { name: answers.name.trim() === '', city: answers.city.trim() === '' };

  async function go(): Promise<void> {
    setAsked(asked + 1);
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
      {code && <RefusalNotice code={code} asked />}
      <p class="soft">{t('open.lead')}</p>
      <form
        id="open"
        ref={form}
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
          {...(asked > 0 && missing.name && { complaint: t('open.name-missing') })}
        />
        <Field
          label={t('open.city')}
          value={answers.city}
          onValue={(city) => onAnswers({ ...answers, city })}
          maxLength={PROFILE_CITY_CHARACTERS_MAX}
          autoComplete="address-level2"
          required
          {...(asked > 0 && missing.city && { complaint: t('open.city-missing') })}
        />
        <CurrencyField
          value={answers.currency}
          onValue={(currency) => onAnswers({ ...answers, currency })}
        />
      </form>
    </Screen>
  );
}

/** Why the wallet is not open yet, and the way on. */
function PasskeyTrouble(props: { readonly code: RefusalCode; readonly unsent: boolean }) {
  const { code, unsent } = props;
  if (code === 'ceremony_unknown') {
    const signIn = (
      <ButtonLink href="/sign-in" kind="quiet">
        {t('home.sign-in')}
      </ButtonLink>
    );
    return (
      <Notice kind="warning" title={t('passkey.late')} action={signIn}>
        <p>{t('passkey.late-next')}</p>
      </Notice>
    );
  }
  if (code !== 'unavailable' || !unsent) return <RefusalNotice code={code} asked />;
  return (
    <Notice kind="warning" title={t('passkey.unsent')}>
      <p>{t('passkey.unsent-next')}</p>
    </Notice>
  );
}

type PasskeyProps = {
  readonly answers: Answers;
  readonly options: CeremonyOptions;
  readonly onStale: () => void;
};

/** The passkey that is made, sent, and sent again until the server has said what became of it. */
function useEnrolment({ answers, ...props }: PasskeyProps) {
  const wallet = useWallet();
  const [options, setOptions] = useState<CeremonyOptions | undefined>(props.options);
  const [busy, setBusy] = useState(false);
  const [code, setCode] = useState<RefusalCode>();
  const [credential, setCredential] = useState<unknown>();
  const unsent = credential !== undefined;
  // A passkey that the server has not heard of yet lives in this page's memory alone.
  useEffect(() => (unsent ? holdReload() : undefined), [unsent]);

  async function renew(): Promise<void> {
    const answer = await beginEnrolment(wallet, answers.name.trim());
    if (answer.ok) setOptions(answer.value);
    else setCode(answer.refusal.code);
  }

  async function send(made: unknown): Promise<void> {
    const currency = currencyOfAlpha(answers.currency);
    const sent = await sendEnrolment(wallet, {
      profile: profileOf(answers),
      credential: made,
      ...(currency && { currency: currency.numeric }),
    });
    if (sent.ok) return navigate('/rehearsal?new', { replace: true });
    setCode(sent.refusal.code);
    if (sent.refusal.code !== 'ceremony_unknown') return;
    // Its time is over: this passkey would be refused for ever.
    setCredential(undefined);
    setOptions(undefined);
    await renew();
  }

  async function make(fresh: CeremonyOptions): Promise<void> {
    const made = await makePasskey(fresh);
    if (!made.ok) return setCode(made.refusal.code);
    // Kept: when only the answer is lost, the same passkey is sent again, not made twice.
    setCredential(made.value);
    await send(made.value);
  }

  function go(): void {
    setBusy(true);
    setCode(undefined);
    const next = unsent ? send(credential) : options ? make(options) : renew();
    void next.finally(() => setBusy(false));
  }
  return { busy, code, unsent, go };
}

function PasskeyStep(props: PasskeyProps) {
  const { busy, code, unsent, go } = useEnrolment(props);
  return (
    <Screen
      title={t('passkey.title')}
      foot={
        <>
          <Button icon={<IconPasskey />} busy={busy} onClick={go}>
            {t(unsent ? 'passkey.send-again' : 'passkey.make')}
          </Button>
          <Button kind="quiet" onClick={props.onStale} disabled={busy}>
            {t('action.back')}
          </Button>
        </>
      }
    >
      {busy && <Notice title={t('passkey.waiting')} />}
      {code && <PasskeyTrouble code={code} unsent={unsent} />}
      <div class="stack">
        <p>{t('passkey.lead')}</p>
        <p class="soft">{t('passkey.stays')}</p>
      </div>
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
