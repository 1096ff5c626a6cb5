// Keeps dist/ in step with its sources: knows when it is stale, lets one process build at a time,
// and swaps the finished build in, so that a reader never meets half of one.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('..', import.meta.url));
export const dist = path.join(root, 'dist');

const sources = ['src', 'public', '.build', 'index.html', 'vite.config.ts', 'package-lock.json'];
const stampFile = path.join(dist, 'build.json');
const lockDir = path.join(dist, '.lock');
const viteBin = path.join(root, 'node_modules/vite/bin/vite.js');
const lockPollMs = 100;

function filesOf(entry) {
  const at = path.join(root, entry);
  if (!fs.existsSync(at)) return [];
  if (!fs.statSync(at).isDirectory()) return [at];
  return fs
    .readdirSync(at, { withFileTypes: true, recursive: true })
    .filter((found) => found.isFile())
    .map((found) => path.join(found.parentPath ?? found.path, found.name));
}

/** Names, sizes and times rather than the newest time alone: a deleted file counts as well. */
function fingerprint() {
  const hash = createHash('sha256');
  for (const file of sources.flatMap(filesOf).sort()) {
    const { size, mtimeMs } = fs.statSync(file);
    hash.update(`${path.relative(root, file)}\0${size}\0${mtimeMs}\n`);
  }
  return hash.digest('hex');
}

export function readStamp() {
  try {
    return JSON.parse(fs.readFileSync(stampFile, 'utf8'));
  } catch {
    return null;
  }
}

function isFresh() {
  const stamp = readStamp();
  if (stamp === null) return false;
  // An installation without the build tools can only run what it was given.
  return !fs.existsSync(viteBin) || stamp.fingerprint === fingerprint();
}

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}

/** Takes away a lock whose owner died. The rename lets only one of several waiters do it. */
function breakDeadLock() {
  let pid;
  try {
    pid = Number(fs.readFileSync(path.join(lockDir, 'pid'), 'utf8'));
    if (pid === 0) return;
  } catch {
    // Between mkdir and the pid file its owner is alive, unless that was long ago.
    const made = fs.statSync(lockDir, { throwIfNoEntry: false });
    if (made === undefined || Date.now() - made.mtimeMs < 10_000) return;
  }
  if (pid !== undefined && isAlive(pid)) return;
  const grave = `${lockDir}-dead-${process.pid}`;
  try {
    fs.renameSync(lockDir, grave);
    fs.rmSync(grave, { recursive: true });
  } catch {
    // Another waiter was first.
  }
}

export async function locked(work) {
  fs.mkdirSync(dist, { recursive: true });
  for (;;) {
    try {
      fs.mkdirSync(lockDir);
      break;
    } catch (error) {
      if (error.code !== 'EEXIST') throw error;
      breakDeadLock();
      await sleep(lockPollMs);
    }
  }
  try {
    fs.writeFileSync(path.join(lockDir, 'pid'), String(process.pid));
    return await work();
  } finally {
    fs.rmSync(lockDir, { recursive: true, force: true });
  }
}

/** Runs the build in a process of its own, so that none of it stays in a server's memory. */
function runVite(outDir, settings) {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [viteBin, 'build', '--logLevel', 'warn'], {
      cwd: root,
      env: { ...process.env, BUILD_DIR: outDir, NODE_ENV: 'production', ...settings },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let said = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8');
      stream.on('data', (text) => {
        said += text;
      });
    }
    child.on('error', reject);
    child.on('close', (code) => {
      if (code === 0) resolve(said.trim());
      else reject(new BuildFailed(said.trim() || `the build ended with code ${code}`));
    });
  });
}

export class BuildFailed extends Error {
  name = 'BuildFailed';
}

const assetsOf = (folder) => {
  const assets = path.join(folder, 'public/assets');
  return fs.existsSync(assets) ? fs.readdirSync(assets).sort() : [];
};

/**
 * A page of the build before may still ask for its own lazy parts, so that build's hashed files
 * stay for one more. Answers what to keep when the next build comes.
 */
function carryOver(next) {
  const own = assetsOf(next);
  const stamp = readStamp();
  const unchanged = JSON.stringify(stamp?.assets) === JSON.stringify(own);
  const carried = ((unchanged ? stamp?.carried : stamp?.assets) ?? []).filter(
    (name) => !own.includes(name) && fs.existsSync(path.join(dist, 'public/assets', name)),
  );
  if (carried.length > 0) fs.mkdirSync(path.join(next, 'public/assets'), { recursive: true });
  for (const name of carried) {
    fs.copyFileSync(path.join(dist, 'public/assets', name), path.join(next, 'public/assets', name));
  }
  return { assets: own, carried };
}

/** The stamp goes first and comes last: a swap cut short leaves a stale build, never a false one. */
function swapIn(next, stamp) {
  const old = `${next}-old`;
  fs.rmSync(stampFile, { force: true });
  fs.mkdirSync(old);
  for (const name of fs.readdirSync(next)) {
    const at = path.join(dist, name);
    if (fs.existsSync(at)) fs.renameSync(at, path.join(old, name));
    fs.renameSync(path.join(next, name), at);
  }
  fs.writeFileSync(stampFile, JSON.stringify(stamp));
  for (const folder of [next, old]) fs.rmSync(folder, { recursive: true });
}

/** A build that was killed leaves its folder behind; under the lock nobody else's can be alive. */
function removeLeftovers() {
  for (const name of fs.readdirSync(dist)) {
    if (name.startsWith('.next-')) fs.rmSync(path.join(dist, name), { recursive: true });
  }
}

/**
 * Builds when dist/ is missing or older than its sources. Answers what the build printed, or null
 * when there was nothing to do; throws BuildFailed, whose message is the build's own words. Size
 * budgets fail a forced build alone: somebody who only starts the wallet is not to be stopped.
 */
export async function ensureBuilt({ force = false, onStart = () => {} } = {}) {
  if (!force && isFresh()) return null;
  return locked(async () => {
    if (!force && isFresh()) return null;
    onStart();
    removeLeftovers();
    const next = path.join(dist, `.next-${process.pid}`);
    // Taken before the build: a source saved while it runs makes the result stale, not fresh.
    const taken = fingerprint();
    try {
      const said = await runVite(next, force ? {} : { BUDGETS: 'report' });
      swapIn(next, { fingerprint: taken, said, ...carryOver(next) });
      return said;
    } catch (error) {
      fs.rmSync(next, { recursive: true, force: true });
      throw error;
    }
  });
}

/** Builds the same wallet under another name into a folder with the same server, for tests of updates. */
export async function buildRelease(outDir, release) {
  await runVite(outDir, { RELEASE: release, BUDGETS: 'report' });
  const server = 'server';
  await locked(async () => {
    fs.cpSync(path.join(dist, server), path.join(outDir, server), { recursive: true });
  });
}
