/** Owns a payment server inside the test's own process: real routes, real database, a clock that the test moves. */
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type App, createApp } from '#server/app.ts';
import { rememberParty } from '#server/passkeys/relying-parties.ts';
import { createIdentityOnce } from '#server/payments/server-keys.ts';
import { systemRandom } from '#server/ports.ts';
import { createServices, type Services } from '#server/services.ts';
import { type Environment, readConfig } from '#server/settings.ts';
import type { WalletServer } from './server-wallet.ts';
import type { TestCluster, TestDatabase } from './test-database.ts';

export const ORIGIN = 'http://localhost:8080';
export const PARTY = { rpId: 'localhost', origin: ORIGIN };

export type RunningServer = TestDatabase &
  WalletServer & {
    readonly app: App;
    readonly services: Services;
    /** Begins to listen on any free port; answers the address. */
    listen(): Promise<string>;
    /** Moves the server's clock. */
    advance(ms: number): void;
    /** What it has logged, line by line. */
    readonly log: string[];
    /** Faults that no request had to answer for. */
    readonly faults: unknown[];
    stop(): Promise<void>;
  };

export type RunningOptions = {
  readonly env?: Environment;
  /** A server beside another, on the same database. */
  readonly on?: TestDatabase;
  readonly publicDir?: string;
};

export async function startRunningServer(
  cluster: TestCluster,
  options: RunningOptions = {},
): Promise<RunningServer> {
  const { database, connection } = options.on ?? (await cluster.fresh());
  const config = readConfig({
    ORIGIN,
    LOG_LEVEL: 'info',
    // Tests ask more often than people do.
    CEREMONIES_PER_MINUTE: '100000',
    UPLOADS_PER_MINUTE: '1000000',
    PAYMENTS_PER_MINUTE: '1000000',
    ACCOUNT_PAYMENTS_PER_MINUTE: '1000000',
    ...options.env,
  });
  if (!config.ok) throw new Error(config.refusal.detail);
  let offsetMs = 0;
  const nowMs = () => Date.now() + offsetMs;
  const log: string[] = [];
  const faults: unknown[] = [];
  await createIdentityOnce(database, systemRandom);
  const services = createServices({
    config: config.value,
    database,
    clock: { nowMs },
    random: systemRandom,
    onFault: (_what, cause) => faults.push(cause),
  });
  await rememberParty(database, services.party);
  const app = await createApp({
    ...services,
    publicDir: options.publicDir ?? path.join(tmpdir(), 'no-such-wallet'),
    logTo: { write: (line) => log.push(line) },
  });
  await app.ready();
  return {
    app,
    services,
    database,
    connection,
    listen: () => app.listen({ port: 0, host: 'localhost' }),
    advance(ms) {
      offsetMs += ms;
    },
    nowMs,
    party: PARTY,
    inject: (request) => app.inject(request),
    log,
    faults,
    async stop() {
      await app.close();
      await services.stop();
    },
  };
}
