// Firefox and WebKitGTK as this machine has them: found, started on a page with a profile, and killed.
import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';

export type Running = {
  /** Ends every process of the browser at once, as a power cut does. */
  kill(): Promise<void>;
};

export type OtherBrowser = {
  readonly name: string;
  /** What a machine without it has to install. */
  readonly missing: string | undefined;
  /** Shows the address. The folder keeps what the browser stores, for a next start. */
  start(address: string, profile: string): Promise<Running>;
};

const seen = (...files: readonly string[]) => files.find((file) => fs.existsSync(file));

export function programOf(name: string): string | undefined {
  const folders = (process.env.PATH ?? '').split(path.delimiter);
  return seen(...folders.map((folder) => path.join(folder, name)));
}

const groups = new Set<ChildProcess>();

// What an interrupted run leaves behind would run on: these are no children of its terminal.
process.once('exit', () => {
  for (const { pid } of groups) if (pid !== undefined) process.kill(-pid, 'SIGKILL');
});

/** A process with those that it starts, as one group that ends together. */
function startGroup(program: string, args: readonly string[], options: SpawnOptions): ChildProcess {
  const child = spawn(program, args, { ...options, detached: true });
  groups.add(child);
  child.once('exit', () => groups.delete(child));
  return child;
}

async function killGroup(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || !groups.has(child)) return;
  const ended = once(child, 'exit');
  process.kill(-child.pid, 'SIGKILL');
  await ended;
}

export function launch(program: string, args: readonly string[], env: NodeJS.ProcessEnv) {
  const child = startGroup(program, args, { stdio: 'ignore', env: { ...process.env, ...env } });
  return { child, kill: () => killGroup(child) };
}

/** What asks or calls home at a first start, and what a person would be asked. */
const FIREFOX_PREFERENCES = {
  'app.update.enabled': false,
  'browser.aboutwelcome.enabled': false,
  'browser.preonboarding.enabled': false,
  'browser.shell.checkDefaultBrowser': false,
  'browser.startup.homepage_override.mstone': 'ignore',
  'datareporting.policy.dataSubmissionEnabled': false,
  'dom.storageManager.prompt.testing': true,
  'dom.storageManager.prompt.testing.allow': true,
  'extensions.update.enabled': false,
  'network.captive-portal-service.enabled': false,
  'network.connectivity-service.enabled': false,
  'termsofuse.acceptedVersion': 999,
  'toolkit.telemetry.enabled': false,
} as const;

/** Ubuntu's is a snap: that sees no profile outside of its own folders. */
function plainFirefox(): string | undefined {
  const file = programOf('firefox');
  if (file === undefined) return undefined;
  const begins = fs.readFileSync(file).subarray(0, 4096).toString('latin1');
  return begins.includes('snap') || fs.realpathSync(file).includes('/snap') ? undefined : file;
}

const firefoxProgram = programOf('firefox-esr') ?? plainFirefox();

export function launchFirefox(profile: string, args: readonly string[], preferences: object = {}) {
  if (firefoxProgram === undefined) throw new Error('there is no Firefox here');
  fs.mkdirSync(profile, { recursive: true });
  const lines = Object.entries({ ...FIREFOX_PREFERENCES, ...preferences }).map(
    ([name, value]) => `user_pref(${JSON.stringify(name)}, ${JSON.stringify(value)});\n`,
  );
  fs.writeFileSync(path.join(profile, 'user.js'), lines.join(''));
  const all = ['--headless', '--no-remote', '--profile', profile, ...args];
  return launch(firefoxProgram, all, { HOME: profile });
}

export const FIREFOX: OtherBrowser = {
  name: 'Firefox',
  missing: firefoxProgram === undefined ? 'firefox-esr' : undefined,
  async start(address, profile) {
    return launchFirefox(profile, [address]);
  },
};

function miniBrowser(): string | undefined {
  const libraries = ['/usr/lib', '/usr/libexec'].flatMap((folder) =>
    fs.existsSync(folder)
      ? [folder, ...fs.readdirSync(folder).map((n) => path.join(folder, n))]
      : [],
  );
  const versions = ['webkit2gtk-4.1', 'webkit2gtk-4.0', 'webkitgtk-6.0'];
  return seen(...libraries.flatMap((l) => versions.map((v) => path.join(l, v, 'MiniBrowser'))));
}

const webkitProgram = miniBrowser();

/** A screen in memory, under the first number that is free. */
async function startScreen(): Promise<{ display: string; kill: () => Promise<void> }> {
  const args = ['-displayfd', '3', '-screen', '0', '400x700x24', '-nolisten', 'tcp'];
  const child = startGroup('Xvfb', args, { stdio: ['ignore', 'ignore', 'ignore', 'pipe'] });
  const telling = child.stdio[3];
  if (!telling) throw new Error('Xvfb has no way to tell its number');
  const [number] = await Promise.race([
    once(telling, 'data'),
    once(child, 'exit').then(([code]) => {
      throw new Error(`Xvfb ended with ${code}`);
    }),
  ]);
  return { display: `:${String(number).trim()}`, kill: () => killGroup(child) };
}

function missingOfWebkit(): string | undefined {
  const missing = [
    ...(webkitProgram && programOf('WebKitWebDriver') ? [] : ['webkit2gtk-driver']),
    ...(programOf('Xvfb') ? [] : ['xvfb']),
  ];
  return missing.length > 0 ? missing.join(' and ') : undefined;
}

/** A world of its own: WebKitGTK has no option for a profile, but keeps everything below HOME. */
export async function webkitWorld(profile: string) {
  const runtime = path.join(profile, 'run');
  fs.mkdirSync(runtime, { recursive: true, mode: 0o700 });
  const screen = await startScreen();
  const env = {
    DISPLAY: screen.display,
    HOME: profile,
    XDG_RUNTIME_DIR: runtime,
    XDG_DATA_HOME: path.join(profile, 'data'),
    XDG_CACHE_HOME: path.join(profile, 'cache'),
    XDG_CONFIG_HOME: path.join(profile, 'config'),
    LIBGL_ALWAYS_SOFTWARE: '1',
    // Its sandbox asks for kernel rights that a container seldom gives; every page here is ours.
    WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS: '1',
  };
  return { env, kill: screen.kill };
}

export const WEBKIT: OtherBrowser = {
  name: 'WebKitGTK',
  missing: missingOfWebkit(),
  async start(address, profile) {
    if (webkitProgram === undefined) throw new Error('there is no WebKitGTK here');
    const world = await webkitWorld(profile);
    const browser = launch(webkitProgram, [address], world.env);
    return {
      kill: async () => {
        await browser.kill();
        await world.kill();
      },
    };
  },
};

export function newProfile(): string {
  return fs.mkdtempSync(path.join(os.tmpdir(), 'cf-profile-'));
}

export function removeProfile(profile: string): void {
  fs.rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
}
