/** Owns asking for money: an amount, perhaps a note, and the code that is made of them. */
import { useState } from 'preact/hooks';
import { CURRENCIES, currencyOfAlpha, currencyOfNumeric } from '#protocol/currency.ts';
import { LABEL_CHARACTERS_MAX } from '#protocol/emv-rules.ts';
import type { RefusalCode } from '#protocol/refusals.ts';
import { StoreFault } from '#wallet/ports.ts';
import { makeRequest } from '#wallet/receive.ts';
import { entryMinor } from '../amount-entry.ts';
import { currencyOfRegion, regionOf } from '../region.ts';
import { navigate } from '../router.ts';
import { currencyLabel } from '../text/format.ts';
import { t } from '../text/text.ts';
import { useWallet } from '../wallet-context.ts';
import type { Wallet } from '../wallet-model.ts';
import { AmountEntry } from './amount-entry.tsx';
import { Button, ButtonLink } from './button.tsx';
import { Field } from './field.tsx';
import { IconPrinted } from './icon-more.tsx';
import { RefusalNotice } from './notice.tsx';
import { Screen } from './screen.tsx';

/** What this account holds, or, while it holds nothing, everything there is. */
function currenciesOf(wallet: Wallet): readonly number[] {
  const held = wallet.balances.value.map(({ currency }) => currency);
  if (held.length > 0) return held;
  const usual = currencyOfAlpha(currencyOfRegion(regionOf(navigator.language)));
  const all = CURRENCIES.map(({ numeric }) => numeric);
  return usual ? [usual.numeric, ...all.filter((each) => each !== usual.numeric)] : all;
}

export type NewRequest = {
  readonly amountMinor?: bigint;
  readonly currency: number;
  readonly note?: string;
};

/** Makes the request, stores it, and goes to where it is shown. Answers why not. */
export async function showRequest(
  wallet: Wallet,
  asking: NewRequest,
): Promise<RefusalCode | undefined> {
  const account = wallet.state.peek()?.account;
  if (!account) return 'no_account';
  const { store, clock, random } = wallet;
  try {
    const identity = await store.readIdentity();
    if (!identity) return 'unavailable';
    const world = { nowMs: clock.nowMs(), random };
    const request = makeRequest(asking, account, identity, world);
    if (!request.ok) return request.refusal.code;
    // Stored before anybody can scan it: a payment of it must be recognised whenever it comes.
    await store.writeRequest(request.value);
    wallet.notice.changed('requests');
    navigate(`/receive?d=${request.value.digest}`);
    return undefined;
  } catch (error) {
    if (error instanceof StoreFault) return error.code;
    throw error;
  }
}

function CurrencySelect(props: {
  readonly currencies: readonly number[];
  readonly value: number;
  readonly onValue: (currency: number) => void;
}) {
  return (
    <select
      class="receive-currency"
      aria-label={t('receive.currency')}
      onChange={(event) => props.onValue(Number(event.currentTarget.value))}
    >
      {props.currencies.map((currency) => (
        <option key={currency} value={currency} selected={currency === props.value}>
          {currencyLabel(currency)}
        </option>
      ))}
    </select>
  );
}

function Note(props: {
  readonly note: string | undefined;
  readonly onNote: (note: string) => void;
}) {
  if (props.note === undefined) {
    return (
      <Button kind="quiet" onClick={() => props.onNote('')}>
        {t('receive.add-note')}
      </Button>
    );
  }
  return (
    <Field
      label={t('receive.note')}
      value={props.note}
      onValue={props.onNote}
      maxLength={LABEL_CHARACTERS_MAX}
    />
  );
}

export function ReceiveAsk() {
  const wallet = useWallet();
  const currencies = currenciesOf(wallet);
  const [chosen, setChosen] = useState<number>();
  const [text, setText] = useState('');
  const [note, setNote] = useState<string>();
  const [refused, setRefused] = useState<RefusalCode>();
  const currency = chosen ?? currencies[0] ?? 978;
  const minor = entryMinor(text, currencyOfNumeric(currency)?.exponent ?? 0);
  const ask = async (amountMinor?: bigint) => {
    const noted = note?.trim() ? { note: note.trim() } : {};
    const amount = amountMinor === undefined ? {} : { amountMinor };
    setRefused(await showRequest(wallet, { currency, ...amount, ...noted }));
  };
  return (
    <Screen
      title={t('receive.title')}
      back="/"
      tone="receive"
      class="receive"
      aside={
        currencies.length > 1 && (
          <CurrencySelect currencies={currencies} value={currency} onValue={setChosen} />
        )
      }
      foot={
        <>
          <Button kind="receive" disabled={minor === 0n} onClick={() => void ask(minor)}>
            {t('receive.show')}
          </Button>
          <div class="receive-others">
            <Button kind="quiet" onClick={() => void ask()}>
              {t('receive.open-amount')}
            </Button>
            <ButtonLink kind="quiet" href="/print-code" icon={<IconPrinted />}>
              {t('receive.print')}
            </ButtonLink>
          </div>
        </>
      }
    >
      {refused && <RefusalNotice code={refused} asked />}
      <AmountEntry
        label={t('receive.amount')}
        currency={currency}
        text={text}
        onText={setText}
        onEnter={() => minor > 0n && void ask(minor)}
      />
      <Note note={note} onNote={setNote} />
    </Screen>
  );
}
