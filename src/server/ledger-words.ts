/** Owns the full check of the ledger as people read it. */
import { checkLedger } from '#ledger/check-ledger.ts';
import { type Finding, LEDGER_RULES } from '#ledger/check-report.ts';
import { formatMinor } from '#protocol/amount.ts';
import { currencyOfNumeric } from '#protocol/currency.ts';
import type { Program } from './command-line.ts';
import { readParties } from './passkeys/relying-parties.ts';
import { createLedgerVerifiers } from './payments/ledger-verifiers.ts';
import { createIdentityOnce, createServerKeys } from './payments/server-keys.ts';
import { systemClock, systemRandom } from './ports.ts';

function moneyText(minor: bigint, numeric: number): string {
  const currency = currencyOfNumeric(numeric);
  return currency
    ? `${formatMinor(minor, currency.exponent)} ${currency.alpha}`
    : `${minor} minor units of currency ${numeric}`;
}

const findingText = ({ rule, detail }: Finding) =>
  `  ${rule}: ${LEDGER_RULES[rule]}\n    ${detail}`;

/** Whether the ledger keeps all its promises. */
export async function sayLedger({
  database,
  config,
  say,
}: Parameters<Program>[0]): Promise<boolean> {
  await createIdentityOnce(database, systemRandom);
  const { keys } = await createServerKeys(database, systemClock).current();
  const own = { rpId: config.rpId, origins: config.origins };
  const parties = [...(await readParties(database)), own];
  const report = await checkLedger(database, createLedgerVerifiers(parties, keys));
  say(`accounts ${report.accounts}, entries ${report.entries}, payments ${report.payments}`);
  for (const { currency, minor } of report.circulation) {
    say(`in circulation: ${moneyText(minor, currency)}`);
  }
  for (const finding of report.findings) say(findingText(finding));
  const left = report.findingsTotal - report.findings.length;
  if (left > 0) say(`  … and ${left} more`);
  say(report.clean ? 'The ledger keeps all its promises.' : `${report.findingsTotal} findings.`);
  return report.clean;
}
