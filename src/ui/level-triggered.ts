/** Owns running one thing at a time without losing a wish that came while it ran. */

/** Runs `work` now, and once more if it was asked for meanwhile: never two at once, never one too few. */
export function levelTriggered(work: () => Promise<void>): () => Promise<void> {
  let running: Promise<void> | undefined;
  let again = false;

  async function run(): Promise<void> {
    try {
      do {
        again = false;
        await work();
      } while (again);
    } finally {
      // Without an await since the last look: no wish can come in between and be lost.
      running = undefined;
    }
  }

  return () => {
    again = true;
    running ??= run();
    return running;
  };
}
