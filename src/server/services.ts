/** Owns the list of what the routes are given, and how it is put together over one database. */
import { readVersions } from '#ledger/accounts.ts';
import type { Database } from '#ledger/database.ts';
import { MAX_AMOUNT_MINOR } from '#protocol/amount.ts';
import type { RelyingParty } from '#protocol/assertion.ts';
import { currencyOfNumeric } from '#protocol/currency.ts';
import { useSha256 } from '#protocol/sha256.ts';
import { type AccountWatch, createAccountWatch } from './accounts/account-watch.ts';
import { type CertifyName, createCertifyName } from './accounts/name-certificate.ts';
import { leaveRoom } from './database-share.ts';
import { createInFlight } from './in-flight.ts';
import { minorIn } from './money-by-currency.ts';
import { type AllowanceExpiry, createAllowanceExpiry } from './offline/allowance-expiry.ts';
import { createSessions, type Sessions } from './passkeys/sessions.ts';
import { createAccountLimit } from './payments/account-limit.ts';
import { createDeviceSequences, type DeviceSequences } from './payments/device-sequences.ts';
import { createJudgeReoffer } from './payments/judge-reoffer.ts';
import { nodeSha256 } from './payments/node-sha256.ts';
import { createServerKeys, type ServerKeys } from './payments/server-keys.ts';
import { createSettleReoffers, type SettleReoffers } from './payments/settle-reoffers.ts';
import { createSettleUpload, type SettleUpload } from './payments/settle-upload.ts';
import { NO_METER, type SettlementMeter } from './payments/settlement-meter.ts';
import { createStoredPayments } from './payments/stored-payments.ts';
import { createVerifyPool, type VerifyPool, verifyHere } from './payments/verify-pool.ts';
import type { Clock, Random } from './ports.ts';
import type { Config } from './settings.ts';

export type Services = {
  readonly config: Config;
  readonly database: Database;
  readonly clock: Clock;
  readonly random: Random;
  readonly party: RelyingParty;
  readonly keys: ServerKeys;
  readonly sessions: Sessions;
  readonly watch: AccountWatch;
  readonly sequences: Pick<DeviceSequences, 'announce' | 'flush'>;
  readonly settleUpload: SettleUpload;
  readonly settleReoffers: SettleReoffers;
  readonly expiry: AllowanceExpiry;
  readonly certifyName: CertifyName;
  /** Ends the timers and writes what was to be written late. The database stays open. */
  stop(): Promise<void>;
};

export type ServiceParts = {
  readonly config: Config;
  readonly database: Database;
  readonly clock: Clock;
  readonly random: Random;
  /** The built thread that verifies signatures; without it this thread does. */
  readonly verifyThread?: string;
  /** Told of faults that no request has to answer for. */
  readonly onFault: (what: string, cause: unknown) => void;
  /** Nobody counts unless told. */
  readonly meter?: SettlementMeter;
};

const DAY_S = 24 * 60 * 60;
/** How late a page may learn of what another process settled. */
const WATCH_INTERVAL_MS = 250;
const NOTE_INTERVAL_MS = 2000;
const EXPIRY_INTERVAL_MS = 5 * 60 * 1000;
const HOUR_MS = 60 * 60 * 1000;

function createExpiry({ config, database, clock, onFault }: ServiceParts): AllowanceExpiry {
  return createAllowanceExpiry({
    database,
    clock,
    graceMs: config.allowanceGraceHours * HOUR_MS,
    intervalMs: EXPIRY_INTERVAL_MS,
    onFault: (cause) => onFault('ending allowances', cause),
  });
}

function createPool({ config, verifyThread }: ServiceParts): VerifyPool {
  const { verifyThreads } = config;
  return verifyThread === undefined || verifyThreads === 0
    ? verifyHere()
    : createVerifyPool(verifyThread, verifyThreads);
}

/** Who only looks may come in crowds, and is told after as long as the database itself would take. */
const PATIENCE = { waitingMax: 500, waitMaxMs: 5000 };

export function createServices(whole: ServiceParts): Services {
  const { config, clock, random, onFault, meter = NO_METER } = whole;
  const connectionsMax = config.databaseConnectionsMax;
  const database = leaveRoom(whole.database, { ...PATIENCE, connectionsMax });
  useSha256(nodeSha256);
  const party = { rpId: config.rpId, origins: config.origins };
  // What settling needs waits behind nobody else.
  const keys = createServerKeys(whole.database, clock);
  const watch = createAccountWatch({
    readVersions: (accounts) => readVersions(database, accounts),
    intervalMs: WATCH_INTERVAL_MS,
    onFault: (cause) => onFault('looking for new versions', cause),
  });
  const sequences = createDeviceSequences(database, NOTE_INTERVAL_MS, (cause) =>
    onFault('noting device sequences', cause),
  );
  const accountLimit = createAccountLimit(config.accountPaymentsPerMinute, clock);
  const pool = createPool(whole);
  const inFlight = createInFlight();
  const settle = createSettleUpload({
    accountLimit,
    ledger: createStoredPayments({
      database: whole.database,
      clock,
      rules: {
        validForMaxS: config.orderValidityMaxDays * DAY_S,
        amountMaxMinor: MAX_AMOUNT_MINOR,
        isCurrencyKnown: (numeric) => currencyOfNumeric(numeric) !== undefined,
        guaranteeMaxMinor: (numeric) => minorIn(config.guaranteeMax, numeric),
      },
      onFault: (cause) => onFault('settling, outcome unknown', cause),
    }),
    verify: pool.verify,
    meter,
    party,
    signer: async () => (await keys.current()).signer,
    onFault: (cause) => onFault('settling', cause),
    onSettled: (payments) => {
      accountLimit.charge(payments);
      sequences.note(payments);
      watch.announce(payments.flatMap(({ order }) => [order.payer, order.payee]));
    },
  });
  const settleUpload: SettleUpload = (...upload) => inFlight.run(() => settle(...upload));
  const expiry = createExpiry({ ...whole, database });
  const sessions = createSessions({
    database,
    clock,
    random,
    lifetimeMs: config.sessionDays * DAY_S * 1000,
    secure: config.origins[0]?.startsWith('https:') ?? false,
  });
  return {
    config,
    database,
    clock,
    random,
    party,
    keys,
    sessions,
    watch,
    sequences,
    settleUpload,
    settleReoffers: createSettleReoffers(
      settleUpload,
      createJudgeReoffer(keys.current, pool.verify),
    ),
    expiry,
    certifyName: createCertifyName(),
    async stop() {
      await expiry.stop();
      // Of clients that have gone, too: what they brought is settled, or known not to be.
      await inFlight.idle();
      await pool.stop();
      watch.stop();
      sequences.stop();
      await sequences.flush();
    },
  };
}
