/** Owns how much of the processor a thread may claim beside the others of this process. */
import { readlinkSync } from 'node:fs';
import { setPriority } from 'node:os';
import path from 'node:path';

/** A third of what others get while all want to run; with a processor to spare, all of it. */
const BEHIND_OTHERS = 5;

/**
 * The calling thread works in what time the others leave: under load what is verified already is
 * settled and answered before more is verified. Linux alone has a priority for each thread
 * (setpriority(2), NOTES); elsewhere nothing changes.
 */
export function yieldThread(): void {
  try {
    setPriority(Number(path.basename(readlinkSync('/proc/thread-self'))), BEHIND_OTHERS);
  } catch {
    // Not Linux, or no /proc: the thread is as good as any other.
  }
}
