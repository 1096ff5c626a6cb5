/** Owns the payment servers that are measured: the built program, in one process or in several. */
import { type ChildProcess, spawn } from 'node:child_process';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { SETTINGS } from '#server/settings.ts';
import { freePort } from '../../support/payment-server.ts';
import { PARTY } from '../../support/signed-payments.ts';
import type { Engine } from './engines.ts';

export type PaymentServers = {
  readonly ports: readonly number[];
  readonly pids: readonly number[];
  /** From the start of the last one until it was ready. */
  readonly startedInMs: number;
  stop(): Promise<void>;
};

export type ServerOptions = {
  readonly dist: string;
  readonly processes: number;
  /** What Node is told besides, such as `--cpu-prof`. */
  readonly nodeOptions: readonly string[];
};

const READY_TIMEOUT_MS = 60_000;

/** As `npm start` gives it to Node. */
const AS_STARTED = ['--max-semi-space-size=64'];
/** So high that nobody is turned away: what the limits do is not measured here. */
const UNLIMITED = {
  UPLOADS_PER_MINUTE: '10000000',
  PAYMENTS_PER_MINUTE: '100000000',
  ACCOUNT_PAYMENTS_PER_MINUTE: '100000000',
  PAYMENTS_WAITING_MAX: '1000000',
  UPLOAD_BYTES_WAITING_MAX: '1073741824',
  BATCH_ITEMS_MAX: '200',
};

async function waitReady(port: number, child: ChildProcess, said: string[]): Promise<void> {
  const deadlineMs = Date.now() + READY_TIMEOUT_MS;
  for (;;) {
    const ready = await fetch(`http://localhost:${port}/readyz`).then(
      (answer) => answer.ok,
      () => false,
    );
    if (ready) return;
    if (child.exitCode !== null || child.signalCode !== null || Date.now() > deadlineMs) {
      child.kill('SIGKILL');
      throw new Error(`The server did not become ready. It said:\n${said.join('')}`);
    }
    await sleep(5);
  }
}

type OneServer = {
  readonly port: number;
  readonly pid: number;
  readonly startedInMs: number;
  stop(): Promise<void>;
};

async function startOne(
  engine: Pick<Engine, 'environment'>,
  options: ServerOptions,
  extra: Readonly<Record<string, string>>,
): Promise<OneServer> {
  const port = await freePort();
  const env: NodeJS.ProcessEnv = {
    ...process.env,
    DATABASE_URL: '',
    NODE_OPTIONS: '',
    ...UNLIMITED,
    ...engine.environment,
    ...extra,
    PORT: String(port),
    ORIGIN: PARTY.origin,
    RP_ID: PARTY.rpId,
    LOG_LEVEL: 'warn',
  };
  const said: string[] = [];
  const startedMs = performance.now();
  const program = path.join(options.dist, 'server', 'main.js');
  const child = spawn(process.execPath, [...AS_STARTED, ...options.nodeOptions, program], {
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => said.push(text));
  }
  const leave = () => child.kill('SIGTERM');
  process.on('exit', leave);
  const exited = new Promise<void>((resolve) => {
    child.once('exit', () => {
      process.off('exit', leave);
      resolve();
    });
  });
  await waitReady(port, child, said);
  return {
    port,
    pid: child.pid ?? 0,
    startedInMs: performance.now() - startedMs,
    async stop() {
      child.kill('SIGTERM');
      await exited;
      // Nothing is worth a warning in a measurement that counts.
      const warnings = said.filter((line) => line.includes('"level":'));
      if (warnings.length > 0) process.stderr.write(`The server said: ${warnings.join('')}\n`);
    },
  };
}

export async function startServers(
  engine: Pick<Engine, 'environment'>,
  options: ServerOptions,
  extra: Readonly<Record<string, string>> = {},
): Promise<PaymentServers> {
  const servers: OneServer[] = [];
  // A server that shares one port among its processes is started once, and starts the others.
  const sharesPort = Object.hasOwn(SETTINGS, 'processes');
  const env = sharesPort ? { ...extra, PROCESSES: `${options.processes}` } : extra;
  const count = sharesPort ? 1 : options.processes;
  for (let i = 0; i < count; i++) servers.push(await startOne(engine, options, env));
  return {
    ports: servers.map((server) => server.port),
    pids: servers.map((server) => server.pid),
    startedInMs: servers.at(-1)?.startedInMs ?? 0,
    stop: async () => {
      for (const server of servers) await server.stop();
    },
  };
}
