// The production server, routes and settlement on a real PostgreSQL, under the simulation's clock: some
// processes on one database, which die and are replaced, and which are restored from a backup.
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { BackupHeader, BackupPart } from '#ledger/backup-format.ts';
import { checkLedger } from '#ledger/check-ledger.ts';
import type { LedgerReport } from '#ledger/check-report.ts';
import { type Database, faultKind } from '#ledger/database.ts';
import { loadBackup } from '#ledger/load-backup.ts';
import { takeBackup } from '#ledger/take-backup.ts';
import { BATCH_ITEMS_MAX } from '#protocol/payments-answer.ts';
import { type App, createApp } from '#server/app.ts';
import { readParties, rememberParty } from '#server/passkeys/relying-parties.ts';
import { createLedgerVerifiers } from '#server/payments/ledger-verifiers.ts';
import { beginEpoch, createIdentityOnce } from '#server/payments/server-keys.ts';
import type { Random } from '#server/ports.ts';
import { createServices, type Services } from '#server/services.ts';
import { type Config, readConfig } from '#server/settings.ts';
import type { WalletResponse, WalletServer } from '../support/server-wallet.ts';
import type { TestCluster } from '../support/test-database.ts';
import type { Doom } from './mortal-client.ts';
import { type Lifeline, returnStage, type Stage, takeStage } from './stage.ts';
import { createSwitchboard } from './switchboard.ts';

export const PARTY = { rpId: 'localhost', origin: 'http://localhost:8080' };

/** Of payments without a network, as the operator publishes them. */
export const TERMS = { guaranteeMaxMinor: 300_00n, graceHours: 72 };

export type ServerRequest = Parameters<WalletServer['inject']>[0];

export type SimulatedServer = WalletServer & {
  readonly database: Database;
  readonly processes: number;
  /** What must never happen at a server, whatever the world does to it. */
  readonly faults: readonly unknown[];
  /** Of one process, which meets its doom meanwhile, if there is one. Undefined: it died, and said nothing. */
  ask(
    request: ServerRequest,
    process: number,
    doom?: Doom,
  ): Promise<{ readonly response: WalletResponse | undefined; readonly isDoomed: boolean }>;
  check(): Promise<LedgerReport>;
  /** What timers do now and then: the only time that they do it. */
  wakeTimers(): Promise<void>;
  backUp(): Promise<void>;
  /** From the last backup: a new epoch begins. False when there is none. */
  restore(): Promise<boolean>;
  stop(): Promise<void>;
};

type Routes = { readonly app: App; use(services: Services): void };

type Process = {
  readonly routes: Routes;
  readonly services: Services;
  readonly lifeline: Lifeline;
  readonly timers: readonly (() => void)[];
};

const TIMER_MS_MAX = 2 ** 31 - 1;

/** Those that are set meanwhile do nothing by themselves: real time is a chance that no seed decides. */
function withTimers<T>(timers: (() => void)[], make: () => T): T {
  const { setInterval: usual } = globalThis;
  const note = (work: () => void) => {
    timers.push(work);
    return usual(() => undefined, TIMER_MS_MAX);
  };
  globalThis.setInterval = note as typeof setInterval;
  try {
    return make();
  } finally {
    globalThis.setInterval = usual;
  }
}

/** Nothing is asked of it any more. */
async function idle(database: Database): Promise<void> {
  const isBusy = () => {
    const { open, idle: free, waiting } = database.connections();
    return open > free || waiting > 0;
  };
  do await new Promise(setImmediate);
  while (isBusy());
}

function readSettings(): Config {
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
    GUARANTEE_MAX: String(TERMS.guaranteeMaxMinor / 100n),
    // A request with a signed name is another text each time, and so are the ids of what is paid for it.
    NAMES_VERIFIED_BY: 'operator',
    ALLOWANCE_GRACE_HOURS: String(TERMS.graceHours),
    // A bent upload may fall into more pieces than a phone ever sends.
    BATCH_ITEMS_MAX: String(BATCH_ITEMS_MAX),
  });
  if (!config.ok) throw new Error(config.refusal.detail);
  return config.value;
}

type World = { readonly nowMs: () => number; readonly random: Random };

/** Of processes that ended in peace. Those of a dead one may still hold a place for what it never answered. */
const idleRoutes: Routes[] = [];

async function makeRoutes(services: Services): Promise<Routes> {
  let current = services;
  const app = await createApp({
    ...createSwitchboard(() => current),
    publicDir: path.join(tmpdir(), 'no-such-wallet'),
    logTo: { write: () => undefined },
  });
  await app.ready();
  return {
    app,
    use(next) {
      current = next;
    },
  };
}

async function startProcess(
  stage: Stage,
  { nowMs, random }: World,
  onFault: (fault: unknown) => void,
): Promise<Process> {
  const lifeline = stage.lifeline();
  const timers: (() => void)[] = [];
  const services = withTimers(timers, () =>
    createServices({
      config: readSettings(),
      database: lifeline.database,
      clock: { nowMs },
      random,
      // That its connection was cut is no fault of the server, and of a dead one nothing is heard.
      onFault: (what, cause) => {
        if (!lifeline.mortality.isDead && faultKind(cause) === 'bug') onFault([what, cause]);
      },
    }),
  );
  const routes = idleRoutes.pop() ?? (await makeRoutes(services));
  routes.use(services);
  return { routes, services, lifeline, timers };
}

async function endProcess(stage: Stage, { routes, services, lifeline }: Process): Promise<void> {
  await services.stop();
  idleRoutes.push(routes);
  stage.leave(lifeline);
}

/** Nothing is waited for, and its connections are gone. */
function killProcess({ services, lifeline }: Process): void {
  services.watch.stop();
  void services.expiry.stop();
  void lifeline.database.close().catch(() => undefined);
}

type Backup = { readonly header: BackupHeader; readonly parts: readonly BackupPart[] };

async function takeBackupOf(database: Database, nowMs: number): Promise<Backup> {
  const parts: BackupPart[] = [];
  await takeBackup(database, new Date(nowMs), async (part) => void parts.push(part));
  const [head] = parts;
  if (head?.kind !== 'header') throw new Error('a backup begins with its head');
  return { header: head.header, parts };
}

async function* replay(parts: readonly BackupPart[]): AsyncGenerator<BackupPart> {
  yield* parts;
}

export async function startSimulatedServer(
  cluster: TestCluster,
  nowMs: () => number,
  random: Random,
  count = 1,
): Promise<SimulatedServer> {
  let stage = await takeStage(cluster);
  const faults: unknown[] = [];
  const world: World = { nowMs, random };
  const onFault = (fault: unknown) => void faults.push(fault);
  await createIdentityOnce(stage.database, random);
  await rememberParty(stage.database, { rpId: PARTY.rpId, origins: [PARTY.origin] });
  const start = () => startProcess(stage, world, onFault);
  const processes: Process[] = [];
  for (let i = 0; i < count; i++) processes.push(await start());
  let backup: Backup | undefined;

  const processAt = (place: number): Process => {
    const found = processes[place % processes.length];
    if (!found) throw new Error('no process');
    return found;
  };

  return {
    party: PARTY,
    nowMs,
    inject: (request) => processAt(0).routes.app.inject(request),
    get database() {
      return stage.database;
    },
    processes: count,
    faults,
    async ask(request, place, doom) {
      const process = processAt(place);
      const { mortality } = process.lifeline;
      if (!doom) return { response: await process.routes.app.inject(request), isDoomed: false };
      mortality.await(doom);
      const answered = process.routes.app.inject(request);
      const response = await Promise.race([answered, mortality.died.then(() => undefined)]);
      const isDoomed = !mortality.spare();
      if (!mortality.isDoomed) return { response, isDoomed };
      // Whatever it says after its end, nobody hears.
      await mortality.died;
      killProcess(process);
      processes[place % processes.length] = await start();
      return { response: undefined, isDoomed };
    },
    async check() {
      const { keys } = await processAt(0).services.keys.current();
      const verifiers = createLedgerVerifiers(await readParties(stage.database), keys);
      return checkLedger(stage.database, verifiers);
    },
    async wakeTimers() {
      for (const { timers, lifeline } of processes) {
        for (const timer of timers) timer();
        await idle(lifeline.database);
      }
    },
    async backUp() {
      backup = await takeBackupOf(stage.database, nowMs());
    },
    async restore() {
      if (!backup) return false;
      const { header, parts } = backup;
      for (const process of processes.splice(0)) await endProcess(stage, process);
      const old = stage;
      stage = await takeStage(cluster);
      await loadBackup(
        stage.database,
        header,
        () => replay(parts),
        (to) => beginEpoch(to, nowMs()),
      );
      returnStage(cluster, old);
      for (let i = 0; i < count; i++) processes.push(await start());
      return true;
    },
    async stop() {
      for (const process of processes.splice(0)) await endProcess(stage, process);
      returnStage(cluster, stage);
    },
  };
}
