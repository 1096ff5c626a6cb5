/** Owns the operator's commands about offline payments: vouching for names, double promises, the stop. */
import { allowAgain } from '#ledger/allowances.ts';
import type { Database } from '#ledger/database.ts';
import { type FoundDoublePromise, readDoublePromises } from '#ledger/read-allowances.ts';
import { readGaps } from '#ledger/read-gaps.ts';
import { findPayment } from '#ledger/read-statement.ts';
import { toBase32 } from '#protocol/base32.ts';
import { type Bytes, toBase64url } from '#protocol/bytes.ts';
import { readProfile, verifyProfile } from './accounts/profiles.ts';
import { UsageFault } from './command-line.ts';
import { readDevices } from './offline/devices.ts';
import { type Call, type Command, findAccount, money } from './operator-call.ts';

const WHAT_IT_DID: Readonly<Record<FoundDoublePromise['kind'], string>> = {
  'same-number': 'used a number twice',
  'over-total': 'promised more than its allowance',
  'beyond-funds': 'promised what was neither set aside nor in the account any more',
};

const PROMISES_SHOWN = 100;

const timeText = (ms: number) => new Date(ms).toISOString();

/** The devices of an account, with what is set aside for each, and what each promised and nobody brought. */
export async function sayDevices(
  database: Database,
  account: Bytes,
  say: (line: string) => void,
): Promise<void> {
  const { devices, stopped } = await readDevices(database, account);
  const gaps = await readGaps(database, account);
  if (stopped) say('STOPPED   promised what it could not keep: gets no allowances until `allow`');
  for (const { device, label, frozen, allowances } of devices) {
    say(`device    ${device}, ${label}${frozen ? '  FROZEN' : ''}`);
    for (const { id, currency, totalMinor, spentMinor, validUntilMs } of allowances) {
      const spent = `${money(spentMinor, currency)} of ${money(totalMinor, currency)} spent`;
      say(`allowance ${id}  ${spent}, until ${timeText(validUntilMs)}`);
    }
    for (const gap of gaps.filter((each) => each.device === device)) {
      const { firstSeq, lastSeq } = gap;
      const which = firstSeq === lastSeq ? `${firstSeq}` : `${firstSeq} to ${lastSeq}`;
      say(`gap       payment ${which} of device ${device} has not come`);
    }
  }
}

async function nameOf(database: Database, account: Bytes): Promise<string> {
  const profile = await readProfile(database, account);
  return `${toBase32(account)}  ${profile?.name ?? '(no profile)'}`;
}

async function sayPayment({ database, say }: Call, what: string, id: Bytes): Promise<void> {
  const payment = await findPayment(database, id);
  const verdict = payment && `${payment.verdict}${payment.code ? ` ${payment.code}` : ''}`;
  say(`  ${what.padEnd(8)}${toBase64url(id)}  ${verdict ?? 'not stored'}`);
  if (!payment) return;
  const payee = await nameOf(database, payment.payee);
  say(`          ${money(payment.amountMinor, payment.currency)} to ${payee}`);
}

async function sayDoublePromise(call: Call, proof: FoundDoublePromise): Promise<void> {
  const { database, say } = call;
  say(`${timeText(proof.foundAtS * 1000)}  device ${proof.device} ${WHAT_IT_DID[proof.kind]}`);
  say(`  payer   ${await nameOf(database, proof.account)}`);
  say(`  under   allowance ${toBase64url(proof.allowance)}`);
  if (proof.first) await sayPayment(call, 'first', proof.first);
  await sayPayment(call, proof.first ? 'second' : 'order', proof.second);
}

async function showDoublePromises(call: Call): Promise<void> {
  const proofs = await readDoublePromises(call.database, PROMISES_SHOWN);
  for (const proof of proofs) await sayDoublePromise(call, proof);
  if (proofs.length === 0) call.say('Nobody has promised twice, or more than there was.');
  else call.say('`payment ID` shows a signed order; `allow ACCOUNT` lifts the stop.');
}

async function allow({ database, args, say }: Call): Promise<void> {
  const account = await findAccount(database, args[0] ?? '');
  const lifted = await allowAgain(database, account);
  if (!lifted) throw new UsageFault(`${toBase32(account)} is not stopped.`);
  say(`${toBase32(account)} may have allowances again.`);
}

async function verify({ database, args, say }: Call): Promise<void> {
  const account = await findAccount(database, args[0] ?? '');
  if (!(await verifyProfile(database, account))) throw new UsageFault('It has no profile.');
  const profile = await readProfile(database, account);
  say(`Vouched for until it is changed: ${profile?.name}, ${profile?.city}, ${profile?.country}.`);
}

export const OFFLINE_COMMANDS: readonly Command[] = [
  {
    name: 'verify',
    wants: ['ACCOUNT'],
    says: 'Vouch for a payee’s name, as it is now',
    run: verify,
  },
  {
    name: 'double-promises',
    wants: [],
    says: 'Show who promised twice or more than there was, with the evidence',
    run: showDoublePromises,
  },
  {
    name: 'allow',
    wants: ['ACCOUNT'],
    says: 'Let an account that is stopped have allowances again',
    run: allow,
  },
];
