/** Owns the first screen of somebody with a wallet: the money, what is on its way, the two halves. */
import { useComputed } from '@preact/signals';
import type { BalanceLine } from '../balance-lines.ts';
import { ActivityRow, lineMoment } from '../parts/activity-row.tsx';
import { Amount } from '../parts/amount.tsx';
import { ConnectionLine } from '../parts/connection-line.tsx';
import { HomeNotice } from '../parts/home-notice.tsx';
import { IconSettings } from '../parts/icon.tsx';
import { Screen } from '../parts/screen.tsx';
import { Tear } from '../parts/tear.tsx';
import { Ticket } from '../parts/ticket.tsx';
import { formatMoney } from '../text/format.ts';
import { t } from '../text/text.ts';
import { useOfflineFunds } from '../use-offline-funds.ts';
import { useWallet } from '../wallet-context.ts';
import type { Wallet } from '../wallet-model.ts';

/** The server's word, and what promises have taken of it already. */
function BalanceView(props: { readonly line: BalanceLine; readonly first: boolean }) {
  const { line } = props;
  return (
    <div class="balance">
      <p class="balance-amount">
        <Amount
          minor={line.leftMinor}
          currency={line.currency}
          size={props.first ? 'hero' : 'title'}
        />
      </p>
      {line.promisedMinor > 0n && (
        <p class="balance-promised">
          {t('home.of', {
            balance: formatMoney(line.balanceMinor, line.currency),
            promised: formatMoney(line.promisedMinor, line.currency),
          })}
        </p>
      )}
    </div>
  );
}

/** How much of what is left pays nothing but payments without a network, and not all of them here. */
function SetAside(props: { readonly line: BalanceLine; readonly hereMinor: bigint }) {
  const { hereMinor, line } = props;
  const { currency, heldMinor } = line;
  // Granted a moment ago, and the balance not read since.
  const minor = heldMinor > hereMinor ? heldMinor : hereMinor;
  if (minor === 0n) return null;
  const amount = formatMoney(minor, currency);
  const here = formatMoney(hereMinor, currency);
  return (
    <p class="balance-promised">
      {t(minor === hereMinor ? 'home.offline' : 'home.offline-here', { amount, here })}
    </p>
  );
}

/** What is not the person's to spend, or comes with a condition: each in one line under the balance. */
function PurseNotes(props: { readonly wallet: Wallet }) {
  const lines = props.wallet.balances.value;
  const funds = useOfflineFunds();
  const said = (moneys: readonly (readonly [bigint, number])[]) =>
    moneys
      .filter(([minor]) => minor > 0n)
      .map(([minor, currency]) => formatMoney(minor, currency))
      .join(', ');
  const coming = said(lines.map(({ comingMinor, currency }) => [comingMinor, currency]));
  const owed = said(lines.map(({ owedMinor, currency }) => [owedMinor, currency]));
  return (
    <>
      {funds &&
        lines.map((line) => {
          const here = funds.find(({ currency }) => currency === line.currency);
          return <SetAside key={line.currency} line={line} hereMinor={here?.leftMinor ?? 0n} />;
        })}
      {coming && <p class="balance-coming">{t('home.coming', { amounts: coming })}</p>}
      {owed && <p class="balance-coming">{t('home.owed', { amounts: owed })}</p>}
    </>
  );
}

/** A balance that the server has not confirmed lately says of when it is. */
function AsOf(props: { readonly wallet: Wallet }) {
  const { connection, session, state, clock } = props.wallet;
  const readAtMs = state.value?.accountReadAtMs;
  const current = connection.value.kind === 'reached' && session.value !== 'closed';
  if (current || readAtMs === undefined) return null;
  return <small>{t('home.as-of', { moment: lineMoment(readAtMs, clock.nowMs()) })}</small>;
}

function Purse(props: { readonly wallet: Wallet; readonly id: string }) {
  const { wallet } = props;
  const account = wallet.state.value?.account;
  const promising = wallet.balances.value.some(
    ({ promisedMinor, owedMinor }) => promisedMinor > 0n || owedMinor > 0n,
  );
  return (
    <section class="purse" aria-label={t('home.balance')}>
      <div class="purse-paper">
        <p class="purse-label">
          <span>
            {promising ? t('home.left') : t('home.balance')} <AsOf wallet={wallet} />
          </span>
          {account?.sandbox && <span class="stamp">{t('home.stamp')}</span>}
        </p>
        {wallet.balances.value.map((line, i) => (
          <BalanceView key={line.currency} line={line} first={i === 0} />
        ))}
        <PurseNotes wallet={wallet} />
      </div>
      <Tear id={props.id} side="above" />
    </section>
  );
}

function Newest(props: { readonly wallet: Wallet }) {
  const { wallet } = props;
  const lines = wallet.newest.value;
  const nowMs = wallet.clock.nowMs();
  const usualCurrency = wallet.balances.value[0]?.currency;
  return (
    <section class="newest" aria-labelledby="newest">
      <header class="newest-head">
        <h2 id="newest">{t('home.newest')}</h2>
        <a href="/activity">{t('home.everything')}</a>
      </header>
      {lines.length === 0 ? (
        <p class="soft">{t('home.nothing')}</p>
      ) : (
        <ul class="rows">
          {lines.map((line) => (
            <ActivityRow key={line.key} line={line} nowMs={nowMs} usualCurrency={usualCurrency} />
          ))}
        </ul>
      )}
    </section>
  );
}

export function HomeScreen() {
  const wallet = useWallet();
  const id = useComputed(() => wallet.state.value?.account.profile.account ?? '').value;
  return (
    <Screen
      title={t('home.title')}
      class="home"
      quietTitle
      foot={<Ticket id={id} />}
      lead={<ConnectionLine connection={wallet.connection.value} />}
      aside={
        <a class="bar-button" href="/settings" aria-label={t('home.settings')}>
          <IconSettings />
        </a>
      }
    >
      <Purse wallet={wallet} id={id} />
      <HomeNotice />
      <Newest wallet={wallet} />
    </Screen>
  );
}
