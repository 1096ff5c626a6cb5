/** Owns finding and ending processes of ours by the folder that they work in, as a power cut ends them. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    // The process has ended, or is somebody else's.
    return '';
  }
}

/** Processes whose arguments or settings name the folder; nobody where there is no /proc. */
export function processesOn(folder: string): number[] {
  if (!existsSync('/proc')) return [];
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .filter((pid) => {
      const words = [
        ...read(`/proc/${pid}/cmdline`).split('\0'),
        ...read(`/proc/${pid}/environ`).split('\0'),
      ];
      return words.some((word) => word.endsWith(folder) || word.includes(`${folder}/`));
    })
    .map(Number);
}

/** All at once, without a word, and waits until they are gone. */
export async function endProcessesOn(folder: string): Promise<void> {
  for (;;) {
    const pids = processesOn(folder);
    if (pids.length === 0) return;
    for (const pid of pids) {
      try {
        process.kill(pid, 'SIGKILL');
      } catch {
        // Gone meanwhile.
      }
    }
    await delay(5);
  }
}
