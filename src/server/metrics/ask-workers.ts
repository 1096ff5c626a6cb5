/** Owns asking all workers for their metrics: who does not answer in time is left out. */
import type { Worker } from 'node:cluster';
import type { ToPrimary, ToWorker } from '../process-messages.ts';
import type { Told } from './exposition.ts';
import type { Family } from './registry.ts';

export type Member = { readonly place: number; readonly worker: Worker };

const ANSWER_TIMEOUT_MS = 2000;

let asked = 0;

function ask(worker: Worker): Promise<readonly Family[] | undefined> {
  const question = { kind: 'metrics', ask: ++asked } as const satisfies ToWorker;
  return new Promise((resolve) => {
    function leave(families?: readonly Family[]): void {
      clearTimeout(late);
      worker.off('message', onMessage);
      worker.off('exit', onExit);
      resolve(families);
    }
    const onExit = () => leave();
    const onMessage = (message: ToPrimary) => {
      if (message.kind === 'metrics' && message.ask === question.ask) leave(message.families);
    };
    const late = setTimeout(onExit, ANSWER_TIMEOUT_MS);
    worker.on('message', onMessage);
    worker.on('exit', onExit);
    if (worker.isConnected()) worker.send(question, () => undefined);
    else leave();
  });
}

/** The place names a process: who replaces another takes its place, and its counters begin again. */
export async function askWorkers(members: readonly Member[]): Promise<Told[]> {
  const all = await Promise.all(
    members.map(async ({ place, worker }) => {
      const families = await ask(worker);
      return families ? [{ labels: { process: String(place) }, families }] : [];
    }),
  );
  return all.flat();
}
