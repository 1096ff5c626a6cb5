// Finds a Chromium that really starts, or gets one. Plain JavaScript: the check runs it before
// anything is built. Says what it does through `say`; throws only when every way has failed.
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
const macApp = (name) => `/Applications/${name}.app/Contents/MacOS/${name}`;
const installed = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/usr/bin/google-chrome-stable',
  macApp('Google Chrome'),
  macApp('Chromium'),
  path.join(os.homedir(), macApp('Google Chrome')),
];
const cacheDir = path.join(
  process.env.XDG_CACHE_HOME ?? path.join(os.homedir(), '.cache'),
  'counterfoil-chromium',
);

/** A path is not enough: Ubuntu's /usr/bin/chromium-browser may be a note that a snap is needed. */
function starts(file, env = {}) {
  if (!fs.existsSync(file)) return false;
  const run = spawnSync(file, ['--version'], {
    encoding: 'utf8',
    timeout: 30_000,
    env: { ...process.env, ...env },
  });
  return run.status === 0 && /Chrom/i.test(run.stdout);
}

const given = (file, from, env = {}, lacks = []) =>
  starts(file, env) ? { path: file, from, env, lacks } : null;

/** What the machine already has, or null. */
export function findChromium() {
  const chosen = process.env.CHROME_PATH;
  if (chosen) {
    const found = given(chosen, 'CHROME_PATH', {}, process.env.CHROME_LACKS?.split(',') ?? []);
    if (!found) throw new Error(`CHROME_PATH is ${chosen}, which does not start`);
    return found;
  }
  for (const file of installed) {
    const found = given(file, 'this machine');
    if (found) return found;
  }
  return null;
}

function run(say, command, args, env = {}) {
  say(`  ${[command, ...args].join(' ')}`);
  const done = spawnSync(command, args, {
    encoding: 'utf8',
    timeout: 300_000,
    env: { ...process.env, ...env },
  });
  if (done.status === 0) return true;
  const words = `${done.stdout ?? ''}\n${done.stderr ?? ''}`.trim().split('\n').slice(-3);
  say(`  did not work: ${done.error?.message ?? words.join(' | ')}`);
  return false;
}

function fromDebian(say) {
  if (process.getuid?.() !== 0 || !fs.existsSync('/usr/bin/apt-get')) return null;
  say("No Chromium found; trying Debian's package");
  const quiet = { DEBIAN_FRONTEND: 'noninteractive' };
  if (!run(say, 'apt-get', ['update', '-qq'], quiet)) return null;
  const install = ['install', '-y', '-qq', '--no-install-recommends', 'chromium'];
  if (!run(say, 'apt-get', install, quiet)) return null;
  return given('/usr/bin/chromium', "Debian's package");
}

async function fromPlaywright(say) {
  const { chromium } = await import('playwright-core');
  const there = () => given(chromium.executablePath(), "Playwright's own install");
  const before = there();
  if (before) return before;
  say("No Chromium found; trying Playwright's own install");
  const cli = path.join(root, 'node_modules/playwright-core/cli.js');
  const withDeps = process.getuid?.() === 0 && process.platform === 'linux' ? ['--with-deps'] : [];
  const done = run(say, process.execPath, [cli, 'install', ...withDeps, 'chromium']);
  if (!done && withDeps.length > 0) run(say, process.execPath, [cli, 'install', 'chromium']);
  return there();
}

/** Carries its own libraries, but neither Background Sync nor payment handlers. */
async function fromPackage(say) {
  if (process.platform !== 'linux') return null;
  const home = path.join(cacheDir, 'node_modules/@sparticuz/chromium');
  if (!fs.existsSync(home)) {
    say('No Chromium found; trying the package @sparticuz/chromium');
    fs.mkdirSync(cacheDir, { recursive: true });
    const args = ['install', '--no-save', '--prefix', cacheDir, '@sparticuz/chromium@147'];
    if (!run(say, 'npm', args)) return null;
  }
  // It unpacks its libraries only where it believes to be on the service it was made for.
  process.env.AWS_EXECUTION_ENV ??= 'AWS_Lambda_nodejs22.x';
  const { exports } = JSON.parse(fs.readFileSync(path.join(home, 'package.json'), 'utf8'));
  const entry = exports?.['.']?.import ?? exports?.['.'] ?? 'build/esm/index.js';
  const file = path.join(home, typeof entry === 'string' ? entry : entry.default);
  const { default: chromium } = await import(pathToFileURL(file).href);
  const executable = await chromium.executablePath();
  const env = { LD_LIBRARY_PATH: process.env.LD_LIBRARY_PATH ?? '' };
  if (process.env.FONTCONFIG_PATH) env.FONTCONFIG_PATH = process.env.FONTCONFIG_PATH;
  return given(executable, 'the package @sparticuz/chromium', env, ['background-sync']);
}

/** Finds or gets one. The answer's `env` must be in the environment of whoever starts it. */
export async function obtainChromium(say = () => {}) {
  const found =
    findChromium() ?? fromDebian(say) ?? (await fromPlaywright(say)) ?? (await fromPackage(say));
  if (found) return found;
  throw new Error('No Chromium, and none could be got: set CHROME_PATH to one that starts');
}
