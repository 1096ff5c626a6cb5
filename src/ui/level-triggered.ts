/** Owns running one thing at a time without losing a wish that came while it ran. */

/** Runs `work` now, and once more if it was asked for meanwhile: never two at once, never one too few. */
export function levelTriggered(work: () => Promise<void>): () => Promise<void> {
  let running: Promise<void> | undefined;
  let again = false;
  return () => {
    if (running) {
      again = true;
      return running;
    }
    running = (async () => {
      do {
        again = false;
        await work();
      } while (again);
    })().finally(() => {
      running = undefined;
    });
    return running;
  };
}
