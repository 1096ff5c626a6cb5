// The production server, routes and settlement on a real PostgreSQL, under the simulation's clock.
import { tmpdir } from 'node:os';
import path from 'node:path';
import { checkLedger } from '#ledger/check-ledger.ts';
import type { LedgerReport } from '#ledger/check-report.ts';
import type { Database } from '#ledger/database.ts';
import { BATCH_ITEMS_MAX } from '#protocol/payments-answer.ts';
import { createApp } from '#server/app.ts';
import { readParties, rememberParty } from '#server/passkeys/relying-parties.ts';
import { createLedgerVerifiers } from '#server/payments/ledger-verifiers.ts';
import { createIdentityOnce } from '#server/payments/server-keys.ts';
import type { Random } from '#server/ports.ts';
import { createServices } from '#server/services.ts';
import { readConfig } from '#server/settings.ts';
import type { WalletServer } from '../support/server-wallet.ts';
import type { TestCluster } from '../support/test-database.ts';

export const PARTY = { rpId: 'localhost', origin: 'http://localhost:8080' };

export type SimulatedServer = WalletServer & {
  readonly database: Database;
  /** What must never happen at a server, whatever the world does to it. */
  readonly faults: readonly unknown[];
  check(): Promise<LedgerReport>;
  /** Ends the allowances that are due by the simulation's clock. */
  expire(): Promise<void>;
  stop(): Promise<void>;
};

export async function startSimulatedServer(
  cluster: TestCluster,
  nowMs: () => number,
  random: Random,
): Promise<SimulatedServer> {
  const { database } = await cluster.fresh();
  const config = readConfig({
    ORIGIN: PARTY.origin,
    LOG_LEVEL: 'fatal',
    CEREMONIES_PER_MINUTE: '100000',
    UPLOADS_PER_MINUTE: '1000000',
    PAYMENTS_PER_MINUTE: '1000000',
    ACCOUNT_PAYMENTS_PER_MINUTE: '1000000',
    SESSION_DAYS: '365',
    // So that most of what is paid here can be covered.
    ALLOWANCE_TOTAL_MAX: '300',
    ALLOWANCE_CAP: '200',
    GUARANTEE_MAX: '300',
    // A bent upload may fall into more pieces than a phone ever sends.
    BATCH_ITEMS_MAX: String(BATCH_ITEMS_MAX),
  });
  if (!config.ok) throw new Error(config.refusal.detail);
  const faults: unknown[] = [];
  await createIdentityOnce(database, random);
  const services = createServices({
    config: config.value,
    database,
    clock: { nowMs },
    random,
    onFault: (what, cause) => faults.push([what, cause]),
  });
  await rememberParty(database, services.party);
  const app = await createApp({
    ...services,
    publicDir: path.join(tmpdir(), 'no-such-wallet'),
    logTo: { write: () => undefined },
  });
  await app.ready();
  return {
    party: PARTY,
    nowMs,
    inject: (request) => app.inject(request),
    database,
    faults,
    async check() {
      const { keys } = await services.keys.current();
      const verifiers = createLedgerVerifiers(await readParties(database), keys);
      return checkLedger(database, verifiers);
    },
    expire: () => services.expiry.look(),
    async stop() {
      await app.close();
      await services.stop();
      await database.close();
    },
  };
}
