/** Owns the operator's commands: what each wants, does, and says. */
import { setFrozen } from '#ledger/accounts.ts';
import { faultKind } from '#ledger/database.ts';
import { fundAccount } from '#ledger/fund-account.ts';
import { findPayment } from '#ledger/read-statement.ts';
import { parseAmountText } from '#protocol/amount.ts';
import { decodeAuthorization } from '#protocol/authorization.ts';
import { toBase32 } from '#protocol/base32.ts';
import { type Bytes, fromBase64url, toBase64url } from '#protocol/bytes.ts';
import { PAYMENT_ID_LENGTH } from '#protocol/order.ts';
import { REFUSAL_TITLES } from '#protocol/refusal-titles.ts';
import { readAccountState } from './accounts/account-state.ts';
import { readProfile } from './accounts/profiles.ts';
import { UsageFault } from './command-line.ts';
import {
  type Call,
  type Command,
  demand,
  findAccount,
  money,
  readCurrency,
} from './operator-call.ts';
import { OFFLINE_COMMANDS, sayDevices } from './operator-offline.ts';
import { listCredentials, revokeCredential } from './passkeys/credentials.ts';
import {
  beginEpoch,
  createIdentityOnce,
  createServerKeys,
  rotateKey,
} from './payments/server-keys.ts';
import { systemClock, systemRandom } from './ports.ts';

async function fund({ database, args, say }: Call): Promise<void> {
  const [accountText = '', amountText = '', currencyText = ''] = args;
  const currency = readCurrency(currencyText);
  const amountMinor = demand(parseAmountText(amountText, currency.exponent));
  const account = await findAccount(database, accountText);
  const nowS = Math.floor(systemClock.nowMs() / 1000);
  const id = systemRandom.bytes(16);
  const funding = { id, account, currency: currency.numeric, amountMinor };
  const funded = await fundAccount(database, funding, nowS).catch((cause: unknown) => {
    if (faultKind(cause) === 'bug') throw cause;
    // Given again it would have another id, and be more money.
    const look = `npm run operator -- account ${toBase32(account)}`;
    throw new Error(`It is not known whether the money was given. Look with: ${look}`, { cause });
  });
  const { transfer } = demand(funded);
  say(`Transfer ${transfer}: ${money(amountMinor, currency.numeric)} to ${toBase32(account)}.`);
}

async function freeze({ database, args, say }: Call, frozen: boolean): Promise<void> {
  const account = await findAccount(database, args[0] ?? '');
  const isDone = await setFrozen(database, account, frozen);
  if (!isDone) throw new UsageFault('This is no person’s account. Nothing was changed.');
  say(
    `${toBase32(account)} ${frozen ? 'neither pays nor is paid from now on' : 'may pay and be paid again'}.`,
  );
}

async function showAccount({ database, args, say }: Call): Promise<void> {
  const account = await findAccount(database, args[0] ?? '');
  const state = await readAccountState(database, account, false);
  if (!state) throw new UsageFault('There is no such account.');
  const { profile } = state;
  say(`account   ${profile.account}${state.frozen ? '  FROZEN' : ''}`);
  say(
    `name      ${profile.name}, ${profile.city}, ${profile.country}, category ${profile.category}`,
  );
  for (const { currency, amountMinor, heldMinor, owedMinor } of state.balances) {
    const held = heldMinor > 0n ? `, ${money(heldMinor, currency)} of it set aside` : '';
    const owed = owedMinor > 0n ? `, owes ${money(owedMinor, currency)}` : '';
    say(`balance   ${money(amountMinor, currency)}${held}${owed}`);
  }
  await sayDevices(database, account, say);
  say(`entries   ${state.version}`);
  for (const { id, createdAt, revokedAt } of await listCredentials(database, account)) {
    const since = createdAt.toISOString();
    const end = revokedAt ? `, revoked ${revokedAt.toISOString()}` : '';
    say(`passkey   ${toBase64url(id)}  since ${since}${end}`);
  }
}

const SOURCES = {
  hold: 'what the allowance had set aside',
  balance: 'the balance',
  guarantee: 'the operator’s guarantee',
} as const;

async function showPayment({ database, args, say }: Call): Promise<void> {
  const id = fromBase64url(args[0] ?? '');
  if (id?.length !== PAYMENT_ID_LENGTH) {
    throw new UsageFault('A payment id is 43 characters of base64url.');
  }
  const payment = await findPayment(database, id);
  if (!payment)
    throw new UsageFault('Nothing is known of this payment. That does not mean it was refused.');
  const nameOf = async (account: Bytes) =>
    `${toBase32(account)}  ${(await readProfile(database, account))?.name ?? '(no profile)'}`;
  const authorization = decodeAuthorization(payment.authorization);
  say(`payment   ${toBase64url(payment.id)}`);
  say(
    `verdict   ${payment.verdict}${payment.code ? `: ${payment.code}, ${REFUSAL_TITLES[payment.code]}` : ''}`,
  );
  say(`amount    ${money(payment.amountMinor, payment.currency)}`);
  say(`payer     ${await nameOf(payment.payer)}`);
  say(`payee     ${await nameOf(payment.payee)}`);
  say(`settled   ${new Date(payment.settledAtS * 1000).toISOString()}`);
  if (payment.transfer !== null) say(`transfer  ${payment.transfer}`);
  if (payment.allowance) say(`allowance ${toBase64url(payment.allowance)}`);
  if (payment.source) say(`paid from ${SOURCES[payment.source]}`);
  say(`device    ${payment.device}, its payment number ${payment.seq}`);
  if (authorization.ok) {
    const { authorizedAtS, validUntilS, note } = authorization.value.order;
    say(`approved  ${new Date(authorizedAtS * 1000).toISOString()} by the phone’s clock`);
    say(`valid to  ${new Date(validUntilS * 1000).toISOString()}`);
    if (note !== undefined) say(`note      ${JSON.stringify(note)}`);
  }
  say(`signed    ${toBase64url(payment.authorization)}`);
  say(`receipt   ${toBase64url(payment.receipt)}`);
}

async function revoke({ database, args, say }: Call): Promise<void> {
  const id = fromBase64url(args[0] ?? '');
  const revoked = id && (await database.transaction((within) => revokeCredential(within, id)));
  if (!revoked) throw new UsageFault('No passkey in use has this id; `account` lists them.');
  say('The passkey is revoked, and its account is signed out everywhere.');
}

async function rotate({ database, say }: Call): Promise<void> {
  await createIdentityOnce(database, systemRandom);
  await rotateKey(database);
  const { signer, keys } = await createServerKeys(database, systemClock).current();
  say(
    `Receipts are signed with key ${toBase64url(signer.keyId)} from now on; ${keys.length} are published.`,
  );
}

async function newEpoch({ database, say }: Call): Promise<void> {
  await createIdentityOnce(database, systemRandom);
  say(
    `Epoch ${await beginEpoch(database, systemClock.nowMs())}: phones will offer their payments again.`,
  );
}

export const COMMANDS: readonly Command[] = [
  {
    name: 'fund',
    wants: ['ACCOUNT', 'AMOUNT', 'CURRENCY'],
    says: 'Issue money to an account, such as: fund ANNA 25.00 EUR',
    run: fund,
  },
  {
    name: 'freeze',
    wants: ['ACCOUNT'],
    says: 'Let an account neither pay nor be paid',
    run: (call) => freeze(call, true),
  },
  {
    name: 'unfreeze',
    wants: ['ACCOUNT'],
    says: 'Let it again',
    run: (call) => freeze(call, false),
  },
  { name: 'account', wants: ['ACCOUNT'], says: 'Show an account', run: showAccount },
  { name: 'payment', wants: ['ID'], says: 'Show a payment and its receipt', run: showPayment },
  ...OFFLINE_COMMANDS,
  { name: 'revoke', wants: ['PASSKEY'], says: 'Refuse a passkey from now on', run: revoke },
  { name: 'rotate-key', wants: [], says: 'Sign receipts with a new key', run: rotate },
  {
    name: 'new-epoch',
    wants: [],
    says: 'After a restore from a backup: ask phones for what was lost',
    run: newEpoch,
  },
];

export function helpText(): string {
  const lines = COMMANDS.map(
    ({ name, wants, says }) => `  ${[name, ...wants].join(' ').padEnd(32)}${says}`,
  );
  return [
    'npm run operator -- COMMAND …',
    '',
    ...lines,
    `  ${'help'.padEnd(32)}Show this`,
    '',
    'ACCOUNT is an account’s id, or a name that only one account has.',
    'Works on the embedded database, whether the server runs or not, or on DATABASE_URL.',
    '',
  ].join('\n');
}
