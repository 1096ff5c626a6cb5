/** Owns several server processes on one database, each of which can be killed at a chosen statement while the others go on. */
import { setTimeout as delay } from 'node:timers/promises';
import type pg from 'pg';
import { ROUTES } from '#protocol/routes.ts';
import { anyOf } from './carrier.ts';
import { type DatabaseWire, openWire, type When } from './database-wire.ts';
import { ORIGIN, UNLIMITED } from './load.ts';
import { startServer, type TestServer } from './payment-server.ts';
import type { WalletServer } from './server-wallet.ts';

export type Point = {
  readonly statement: string;
  readonly when: When;
  /** Of several such statements in one operation; the first unless told. */
  readonly nth?: number;
};

/** What a client of the servers does. It is to end well, whoever dies meanwhile. */
export type Operation = (bank: WalletServer) => Promise<void>;

export type KillableServers = {
  /** Whoever lives. */
  readonly bank: WalletServer;
  /** Those that are not to die next, nor watched. */
  readonly bystanders: WalletServer;
  readonly kills: number;
  /** The statements by which one process does the operation, in their order. */
  statementsOf(operation: Operation): Promise<string[]>;
  /**
   * Does the operation at one process, which dies as its statement reaches the wire, and ends it at the
   * others. One that is `stopping` was told to stop before: as the statement came, or once all was done.
   */
  killAt(point: Point, operation: Operation, stopping?: 'then' | 'after'): Promise<void>;
  /** Runs one of the programs (`operator`, `check-ledger`). */
  run: TestServer['run'];
  dispose(): Promise<void>;
};

const POLL_MS = 5;

type Side = { readonly server: TestServer; readonly wire: DatabaseWire; up: Promise<void> };

const addressOf = ({ server }: Side) => `http://localhost:${server.port}`;

/** What a process asks by itself, now and then, and not for the operation. */
const BY_ITSELF = /^(SET enable_seqscan|note_device_sequences|SELECT server_id|SELECT kid)/;

/** It has begun to stop once it takes no more connections. */
async function tellToStop(side: Side): Promise<void> {
  process.kill(side.server.pid, 'SIGTERM');
  const isOpen = () =>
    fetch(`${addressOf(side)}${ROUTES.healthz.path}`, { headers: { connection: 'close' } }).then(
      () => true,
      () => false,
    );
  while (await isOpen()) await delay(POLL_MS);
}

export async function startKillableServers(
  target: pg.PoolConfig,
  count = 3,
): Promise<KillableServers> {
  const sides: Side[] = [];
  for (let n = 0; n < count; n++) {
    const wire = await openWire(target);
    const server = await startServer({ env: { ...UNLIMITED, DATABASE_URL: wire.url } });
    sides.push({ server, wire, up: Promise.resolve() });
  }
  const all = () => sides.map(addressOf);
  const startingWith = (side: Side) =>
    anyOf(() => [addressOf(side), ...all().filter((each) => each !== addressOf(side))], ORIGIN);
  let kills = 0;
  let next = 0;
  const nextSide = (): Side => {
    const side = sides[next % sides.length];
    if (!side) throw new Error('there is no server');
    return side;
  };

  return {
    bank: anyOf(all, ORIGIN),
    bystanders: anyOf(() => sides.filter((side) => side !== nextSide()).map(addressOf), ORIGIN),
    get kills() {
      return kills;
    },
    async statementsOf(operation) {
      const side = nextSide();
      await side.up;
      side.wire.forget();
      await operation(anyOf(() => [addressOf(side)], ORIGIN));
      return side.wire.passed.filter((each) => !BY_ITSELF.test(each));
    },
    async killAt({ statement, when, nth }, operation, stopping) {
      const victim = nextSide();
      await victim.up;
      const stop = victim.wire.stopAt(statement, when, nth);
      try {
        const done = operation(startingWith(victim));
        if (stopping === 'after') {
          await done;
          process.kill(victim.server.pid, 'SIGTERM');
        }
        const unreached = done.then(async () => {
          if (stopping === 'after') await stop.reached;
          throw new Error(`the operation ended without "${statement}"`);
        });
        unreached.catch(() => undefined);
        await Promise.race([stop.reached, unreached]);
        if (stopping === 'then') await tellToStop(victim);
        await victim.server.kill();
        kills++;
        next++;
        victim.up = victim.server.start();
        victim.up.catch(() => undefined);
        await done;
      } finally {
        stop.disarm();
      }
    },
    run: (program, args, input) => nextSide().server.run(program, args, input),
    async dispose() {
      await Promise.allSettled(sides.map((side) => side.up));
      await Promise.allSettled(sides.map(({ server }) => server.dispose()));
      await Promise.all(sides.map(({ wire }) => wire.close()));
    },
  };
}
