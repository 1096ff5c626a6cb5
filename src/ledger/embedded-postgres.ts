/** Owns the embedded database server: starts it or adopts it, keeps it running, stops it. */
import type { ChildProcess } from 'node:child_process';
import { resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type pg from 'pg';
import { type Binaries, findBinaries, locateNativeFolder } from './postgres-binaries.ts';
import { createClusterOnce, type PostgresFolder, prepareFolder } from './postgres-folder.ts';
import {
  type Attempt,
  assertOurs,
  connectionOf,
  countLeases,
  createDatabaseOnce,
  isShutdown,
  type Lease,
  openLease,
} from './postgres-lease.ts';
import {
  discardStalePidFile,
  holderOf,
  launch,
  type PidFile,
  readLogTail,
  readPidFile,
  signal,
  waitUntilGone,
} from './postgres-process.ts';

const POLL_MS = 10;
const STOP_TIMEOUT_MS = 30_000;
const QUIT_TIMEOUT_MS = 10_000;
/** Recovery after a power cut replays the log before anybody may connect. */
const START_TIMEOUT_MS = 300_000;
/** A live server that answers nothing for this long is not one of ours. */
const SILENCE_MS = 5000;
const LAUNCHES_MAX = 12;
const RELAUNCH_DELAY_MS = 250;
const RESTART_DELAYS_MS = [0, 200, 500, 1000, 2000, 5000];

export type Log = { info(message: string): void; warn(message: string): void };

export type EmbeddedPostgresOptions = {
  readonly dataDir: string;
  readonly log: Log;
  /** The binaries, when not those in node_modules. */
  readonly nativeFolder?: string;
  /** Where root puts the cluster when nobody else can enter the data folder. */
  readonly spareFolder?: string;
  /** Told when the server has been started and is not there yet: time for other work. */
  readonly whileStarting?: () => void;
};

export type EmbeddedPostgres = {
  readonly connection: pg.PoolConfig;
  /** Was running already: another process uses it, or one died and left it. */
  readonly adopted: boolean;
  /** Where the files really are. */
  readonly clusterFolder: string;
  /** Stops the server, unless another process of ours still uses it. */
  stop(): Promise<void>;
};

type Running = { readonly lease: Lease; readonly pid: number; readonly socketFolder: string };

type Supervision = {
  readonly folder: PostgresFolder;
  readonly binaries: Binaries;
  readonly log: Log;
  child: ChildProcess | undefined;
  whileStarting: (() => void) | undefined;
};

async function adopt(
  supervision: Supervision,
  lease: Lease,
  pidFile: PidFile,
): Promise<Running | undefined> {
  try {
    await assertOurs(lease, supervision.folder.cluster);
    await createDatabaseOnce(lease);
    // From here on it watches, and must not keep the process alive by itself.
    lease.socket.unref();
    return { lease, pid: pidFile.pid, socketFolder: pidFile.socketFolder };
  } catch (error) {
    await lease.client.end().catch(() => undefined);
    // The last of its users stopped it under our hands.
    if (isShutdown(error)) return undefined;
    throw error;
  }
}

const hasEnded = (child: ChildProcess) =>
  child.pid === undefined || child.exitCode !== null || child.signalCode !== null;

/**
 * Starts a server on the free folder. Of two starts at once PostgreSQL itself lets one through, and
 * none while the last queries of a server that was killed still run: so it is tried for a while.
 */
async function launchAgain(supervision: Supervision, launches: number): Promise<void> {
  const { folder, binaries } = supervision;
  if (launches > LAUNCHES_MAX) {
    throw new Error(`The database does not start. Its log says:\n${await readLogTail(folder)}`);
  }
  if (launches > 2) await delay(RELAUNCH_DELAY_MS);
  supervision.child = await launch(folder, binaries);
}

/** Comes back with a running server of ours on the folder, started or adopted, or throws why not. */
async function ensureRunning(supervision: Supervision): Promise<Running> {
  const { folder, log } = supervision;
  const deadline = Date.now() + START_TIMEOUT_MS;
  let silentSince = 0;
  let launches = 0;
  let told = Date.now();
  while (Date.now() < deadline) {
    const pidFile = await readPidFile(folder.cluster);
    // Asked even when its process seems gone: it may live in another container on the same folder.
    const attempt: Attempt = pidFile?.socketFolder
      ? await openLease(pidFile.socketFolder)
      : { kind: 'silent' };
    if (attempt.kind === 'open' && pidFile) {
      const running = await adopt(supervision, attempt.lease, pidFile);
      if (running) return running;
    }
    if (attempt.kind === 'refused') {
      throw new Error(
        `${folder.cluster} is in use by another PostgreSQL server (process ${pidFile?.pid}), which does not let us in: ${String(attempt.cause)}. Stop it, or choose another data folder.`,
        { cause: attempt.cause },
      );
    }
    const holder = pidFile ? await holderOf(pidFile, folder.cluster) : 'gone';
    const changing = /^st(art|opp)ing$/.test(pidFile?.status ?? '');
    const own = pidFile !== undefined && pidFile.pid === supervision.child?.pid;
    if (attempt.kind === 'silent' && holder === 'other' && pidFile) {
      log.warn(`removing the mark of process ${pidFile.pid}, which is no database server any more`);
      await discardStalePidFile(folder, pidFile);
    } else if (attempt.kind === 'silent' && holder === 'gone') {
      const { child } = supervision;
      if (!child || hasEnded(child)) await launchAgain(supervision, ++launches);
    } else if (attempt.kind === 'silent' && !changing && !own) {
      silentSince ||= Date.now();
      const mute = pidFile?.status === 'ready' && !pidFile.socketFolder;
      if (mute || Date.now() - silentSince > SILENCE_MS) {
        throw new Error(
          `${folder.cluster} is held by process ${pidFile?.pid}, which does not answer at ${pidFile?.socketFolder || 'any socket'}. Stop it, or choose another data folder.`,
        );
      }
    }
    supervision.whileStarting?.();
    supervision.whileStarting = undefined;
    if (Date.now() - told > 5000) {
      log.info('waiting for the database, which is starting or recovering');
      told = Date.now();
    }
    await delay(POLL_MS);
  }
  throw new Error(
    `The database did not start in time. Its log says:\n${await readLogTail(folder)}`,
  );
}

async function stopServer(running: Running, cluster: string): Promise<void> {
  const { pid } = running;
  const pidFile = await readPidFile(cluster);
  const holder = pidFile?.pid === pid ? await holderOf(pidFile, cluster) : 'gone';
  // A server in another container has a process number that means nothing here, or somebody else.
  if (holder === 'gone' || holder === 'other') return;
  signal(pid, 'SIGINT');
  if (await waitUntilGone(pid, cluster, STOP_TIMEOUT_MS)) return;
  signal(pid, 'SIGQUIT');
  if (await waitUntilGone(pid, cluster, QUIT_TIMEOUT_MS)) return;
  throw new Error(`The database (process ${pid}) does not stop.`);
}

/** Keeps a server on the folder until `stop`: one that dies is started again. */
class Supervisor {
  readonly #supervision: Supervision;
  #running: Running;
  #stopping: Promise<void> | undefined;
  #restarting: Promise<void> = Promise.resolve();

  constructor(supervision: Supervision, running: Running) {
    this.#supervision = supervision;
    this.#running = running;
    this.#watch(running);
    process.on('exit', this.#leave);
  }

  /** A process that ends without `stop` takes the server it started with it. */
  readonly #leave = () => {
    const { child } = this.#supervision;
    if (child?.pid !== undefined && !hasEnded(child)) signal(child.pid, 'SIGINT');
  };

  #watch(running: Running): void {
    running.lease.client.once('end', () => {
      if (!this.#stopping) this.#restarting = this.#restart();
    });
  }

  async #restart(): Promise<void> {
    const { log } = this.#supervision;
    log.warn('the database has gone away: starting it again');
    for (let attempt = 0; !this.#stopping; attempt++) {
      await delay(RESTART_DELAYS_MS[attempt] ?? RESTART_DELAYS_MS.at(-1));
      if (this.#stopping) return;
      try {
        this.#running = await ensureRunning(this.#supervision);
        this.#watch(this.#running);
        log.info('the database is back');
        return;
      } catch (error) {
        log.warn(`the database does not come back: ${String(error)}`);
      }
    }
  }

  stop(): Promise<void> {
    this.#stopping ??= this.#stop();
    return this.#stopping;
  }

  async #stop(): Promise<void> {
    process.off('exit', this.#leave);
    // A restart that is under way ends first, or the server would come up behind our back.
    await this.#restarting;
    const { folder, log } = this.#supervision;
    const { lease, socketFolder } = this.#running;
    lease.socket.ref();
    await lease.client.end().catch(() => undefined);
    const others = await countLeases(socketFolder);
    if (others > 0) log.info('the database keeps running: another process uses it');
    else await stopServer(this.#running, folder.cluster);
  }
}

/**
 * Starts PostgreSQL on `dataDir`, or adopts one of ours that already runs there. Refuses, in words
 * that say what to do, when another program holds the folder or the folder cannot be used.
 */
export async function startEmbeddedPostgres(
  options: EmbeddedPostgresOptions,
): Promise<EmbeddedPostgres> {
  const { log, whileStarting, spareFolder = '/var/lib/counterfoil' } = options;
  const folder = await prepareFolder(resolve(options.dataDir), spareFolder);
  const binaries = await findBinaries({
    native: options.nativeFolder ?? locateNativeFolder(),
    user: folder.user,
    linkFolder: `${folder.home}/libraries`,
    copiesFolder: folder.user.self ? folder.home : spareFolder,
  });
  if (await createClusterOnce(folder, binaries)) log.info(`new database in ${folder.home}`);
  const supervision: Supervision = { folder, binaries, log, child: undefined, whileStarting };
  const running = await ensureRunning(supervision).catch((error: unknown) => {
    if (supervision.child?.pid !== undefined) signal(supervision.child.pid, 'SIGINT');
    throw error;
  });
  const supervisor = new Supervisor(supervision, running);
  return {
    connection: connectionOf(running.socketFolder),
    adopted: supervision.child?.pid !== running.pid,
    clusterFolder: folder.cluster,
    stop: () => supervisor.stop(),
  };
}
