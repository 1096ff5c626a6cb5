// The real server for tests: the built program as a process of its own, an embedded database in a
// folder of its own, and the breakable network in front of it.
import { type ChildProcess, spawn } from 'node:child_process';
import fs from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { builtWallet } from './built-wallet.ts';
import { leftRunning } from './left-running.ts';
import { type BreakableNetwork, startProxy } from './proxy.ts';
import { layCluster } from './ready-cluster.ts';

const readyTimeoutMs = 90_000;
const stopTimeoutMs = 30_000;
const pollMs = 50;

export interface ServerOptions {
  /** Folder of the build to serve; the current one unless told. */
  readonly dist?: string;
  /** Environment beside what every test server gets. An empty string unsets. */
  readonly env?: Readonly<Record<string, string>>;
  /** Behind the program's name, such as `--processes 3`. */
  readonly args?: readonly string[];
  /** Nothing is in the data folder at the first start, and the database itself is made by it. */
  readonly empty?: boolean;
}

export interface TestServer {
  /** Where phones find it: the proxy's address, with localhost as relying party. */
  readonly origin: string;
  /** The server's own port, behind the proxy. */
  readonly port: number;
  /** Of the process that runs now. */
  readonly pid: number;
  readonly dataDir: string;
  /** The static files it serves. */
  readonly publicDir: string;
  readonly proxy: BreakableNetwork;
  /** What the process has written so far, both streams. */
  log(): string;
  /** Asks it to stop, as a service manager would, and waits. Answers its exit code. */
  stop(): Promise<number | null>;
  /** Ends it without a word, as a power cut would; its database may live on. */
  kill(): Promise<void>;
  /** Starts it again on the same data and the same address. */
  start(options?: ServerOptions): Promise<void>;
  /** Runs one of the other programs (`operator`, `check-ledger`…) on this server's data. */
  run(
    program: string,
    args?: readonly string[],
    input?: string,
    env?: Readonly<Record<string, string>>,
  ): Promise<ProgramResult>;
  /** Stops everything and removes the data. */
  dispose(): Promise<void>;
}

export interface ProgramResult {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = net.createServer();
    probe.on('error', reject);
    probe.listen(0, 'localhost', () => {
      const address = probe.address();
      probe.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });
}

/** A killed server's database is ours as well, and must not outlive the test. */
function endDatabase(dataDir: string): void {
  if (!fs.existsSync(dataDir)) return;
  const pidFiles = fs
    .readdirSync(dataDir, { recursive: true, encoding: 'utf8' })
    .filter((file) => path.basename(file) === 'postmaster.pid');
  for (const file of pidFiles) {
    const pid = Number(fs.readFileSync(path.join(dataDir, file), 'utf8').split('\n')[0]);
    try {
      if (pid > 1) process.kill(pid, 'SIGQUIT');
    } catch {
      // It had ended already and left only its file.
    }
  }
}

const exited = (child: ChildProcess) =>
  new Promise<number | null>((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) resolve(child.exitCode);
    else child.once('exit', (code) => resolve(code));
  });

async function answersReady(port: number): Promise<boolean> {
  try {
    const answer = await fetch(`http://localhost:${port}/readyz`);
    return answer.ok;
  } catch {
    return false;
  }
}

interface Process {
  readonly child: ChildProcess;
  readonly output: string[];
}

function spawnProgram(
  dist: string,
  program: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv,
): ChildProcess {
  const file = path.join(dist, 'server', `${program}.js`);
  return spawn(process.execPath, [file, ...args], { env, stdio: ['pipe', 'pipe', 'pipe'] });
}

/** Said when all of its processes serve. */
const greeted = (output: readonly string[]) => output.join('').includes('Counterfoil is at');

async function spawnServer(
  dist: string,
  port: number,
  args: readonly string[],
  env: NodeJS.ProcessEnv,
): Promise<Process> {
  const child = spawnProgram(dist, 'main', args, env);
  const output: string[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (text: string) => output.push(text));
  }
  const deadlineMs = Date.now() + readyTimeoutMs;
  while (!(greeted(output) && (await answersReady(port)))) {
    if (child.exitCode !== null || child.signalCode !== null || Date.now() > deadlineMs) {
      child.kill('SIGKILL');
      throw new Error(`The server did not become ready. It said:\n${output.join('')}`);
    }
    await sleep(pollMs);
  }
  return { child, output };
}

export async function startServer(initial: ServerOptions = {}): Promise<TestServer> {
  const port = await freePort();
  const proxy = await startProxy(port);
  // Short, since a Unix socket's path may have no more than 100 characters or so, and open to the
  // unprivileged user the database runs as when the tests run as root.
  const dataDir = fs.mkdtempSync(path.join(os.tmpdir(), 'cf-'));
  fs.chmodSync(dataDir, 0o755);
  let dist = initial.dist ?? (await builtWallet());
  let extra = initial.env ?? {};
  let args = initial.args ?? [];
  if (!initial.empty && !extra.DATABASE_URL && !extra.DATA_DIR) await layCluster(dataDir);

  const environment = (): NodeJS.ProcessEnv => {
    const env: NodeJS.ProcessEnv = {
      ...process.env,
      PORT: String(port),
      DATA_DIR: dataDir,
      ORIGIN: proxy.origin,
      RP_ID: 'localhost',
      LOG_LEVEL: 'warn',
      ...extra,
    };
    // The runner's own settings are not the server's.
    for (const name of ['NODE_ENV', 'NODE_OPTIONS', 'VITEST', 'DATABASE_URL']) {
      if (!(name in extra)) delete env[name];
    }
    for (const [name, value] of Object.entries(env)) if (value === '') delete env[name];
    return env;
  };

  let running: Process | null = await spawnServer(dist, port, args, environment());
  let said = '';

  async function end(signal: NodeJS.Signals): Promise<number | null> {
    if (running === null) return null;
    const { child, output } = running;
    running = null;
    child.kill(signal);
    const code = await Promise.race([
      exited(child),
      sleep(stopTimeoutMs, 'late' as const, { ref: false }),
    ]);
    said += output.join('');
    if (code !== 'late') return code;
    child.kill('SIGKILL');
    throw new Error(`The server did not stop in ${stopTimeoutMs} ms. It said:\n${said}`);
  }

  const server: TestServer = {
    origin: proxy.origin,
    port,
    dataDir,
    get pid() {
      return running?.child.pid ?? 0;
    },
    get publicDir() {
      return path.join(dist, 'public');
    },
    proxy,
    log: () => said + (running?.output.join('') ?? ''),
    stop: () => end('SIGTERM'),
    kill: async () => {
      await end('SIGKILL');
    },
    start: async (options = {}) => {
      if (running !== null) throw new Error('The server is running already');
      dist = options.dist ?? dist;
      extra = options.env ?? extra;
      args = options.args ?? args;
      running = await spawnServer(dist, port, args, environment());
    },
    run: async (program, args = [], input = '', env = {}) => {
      const child = spawnProgram(dist, program, args, { ...environment(), ...env });
      const result = { stdout: '', stderr: '' };
      child.stdout?.setEncoding('utf8').on('data', (text: string) => {
        result.stdout += text;
      });
      child.stderr?.setEncoding('utf8').on('data', (text: string) => {
        result.stderr += text;
      });
      child.stdin?.end(input);
      const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
      return { code, ...result };
    },
    dispose: async () => {
      leftRunning.servers.delete(server);
      try {
        await end('SIGTERM');
      } finally {
        await proxy.stop();
        endDatabase(dataDir);
        fs.rmSync(dataDir, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
      }
    },
  };
  leftRunning.servers.add(server);
  return server;
}
