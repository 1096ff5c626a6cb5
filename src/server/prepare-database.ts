/** Owns what is done to the database once at a start, however many processes follow. */
import { readDurabilityFaults } from '#ledger/durability.ts';
import { isMoneyOfKind } from './accounts/play-money.ts';
import { StartRefused } from './free-port.ts';
import type { LineLog } from './log-lines.ts';
import { rememberParty } from './passkeys/relying-parties.ts';
import { createIdentityOnce } from './payments/server-keys.ts';
import { systemRandom } from './ports.ts';
import type { Config } from './settings.ts';
import { type StartedDatabase, startDatabase } from './start-database.ts';

function saidOfOtherMoney(sandbox: boolean, where: string): string {
  const fault = sandbox
    ? 'real, and SANDBOX=true would mix it with play money'
    : 'play money, which SANDBOX=false would make look real';
  return `The money in ${where} is ${fault}. Choose another database, or SANDBOX=${!sandbox}.`;
}

export async function prepareDatabase(
  config: Config,
  log: LineLog,
  whileStarting?: () => void,
): Promise<StartedDatabase> {
  const started = await startDatabase(config, log, 'up to date', whileStarting);
  const { database, where, stop } = started;
  for (const fault of await readDurabilityFaults(database)) log.warn(fault);
  await createIdentityOnce(database, systemRandom);
  if (!(await isMoneyOfKind(database, config.sandbox))) {
    await stop();
    throw new StartRefused(saidOfOtherMoney(config.sandbox, where));
  }
  await rememberParty(database, { rpId: config.rpId, origins: config.origins });
  return started;
}
