// The built product as tests use it: a copy that later builds leave alone, and other releases of
// the same sources for tests of updates.
import fs from 'node:fs';
import path from 'node:path';
import {
  buildRelease,
  dist,
  ensureBuilt,
  locked,
  readStamp,
  root,
} from '../../.build/ensure-built.mjs';

const copies = path.join(root, 'node_modules/.cache/counterfoil');

/** Made under another name and renamed: of several test files at once each sees it whole. */
async function makeOnce(name: string, make: (folder: string) => Promise<void>): Promise<string> {
  const folder = path.join(copies, name);
  if (fs.existsSync(folder)) return folder;
  const making = `${folder}-${process.pid}`;
  fs.mkdirSync(making, { recursive: true });
  await make(making);
  try {
    fs.renameSync(making, folder);
  } catch {
    fs.rmSync(making, { recursive: true });
  }
  return folder;
}

/** Copies of builds nobody tests any more; a day old, so that no running test loses its own. */
function removeOldCopies(): void {
  if (!fs.existsSync(copies)) return;
  const yesterdayMs = Date.now() - 24 * 60 * 60 * 1000;
  for (const name of fs.readdirSync(copies)) {
    const folder = path.join(copies, name);
    const made = fs.statSync(folder, { throwIfNoEntry: false });
    if (made && made.mtimeMs < yesterdayMs) fs.rmSync(folder, { recursive: true, force: true });
  }
}

/** The folder of a fresh build. It lies below node_modules' parent, so the server finds packages. */
export async function builtWallet(): Promise<string> {
  await ensureBuilt();
  removeOldCopies();
  return locked(async () => {
    const stamp = readStamp();
    if (stamp === null) throw new Error('dist/ has no build stamp');
    return makeOnce(`dist-${stamp.fingerprint.slice(0, 16)}`, async (folder) => {
      for (const name of ['public', 'server', 'csp.json']) {
        fs.cpSync(path.join(dist, name), path.join(folder, name), {
          recursive: true,
          preserveTimestamps: true,
        });
      }
    });
  });
}

/** Each start of its worker takes that long, as on a phone that has other things to do. */
function slowDown(folder: string, wakesAfterMs: number): void {
  const file = path.join(folder, 'public/sw.js');
  const code = fs.readFileSync(file, 'utf8');
  for (const form of ['.br', '.gz']) fs.rmSync(file + form);
  fs.writeFileSync(
    file,
    `for (const s = Date.now(); Date.now() - s < ${wakesAfterMs}; );\n${code}`,
  );
}

/** The same sources released once more: another document and another worker, the same code. */
export async function releasedWallet(release: string, wakesAfterMs = 0): Promise<string> {
  await ensureBuilt();
  const stamp = readStamp();
  if (stamp === null) throw new Error('dist/ has no build stamp');
  return makeOnce(`${release}-${stamp.fingerprint.slice(0, 16)}`, async (folder) => {
    await buildRelease(folder, release);
    if (wakesAfterMs > 0) slowDown(folder, wakesAfterMs);
  });
}
