// One of the processes that run seeds, as it is told by the command line.
import { startTestCluster } from '../support/test-database.ts';
import { forMs, type Story, tellStory } from './story.ts';
import { type RunSummary, simulate } from './world.ts';

export type Order = { readonly seed: number; readonly storyMs: number };

export type Report = {
  readonly seed: number;
  readonly summary?: Omit<RunSummary, 'trace'>;
  readonly failure?: { readonly what: string; readonly story?: Story };
};

async function run(
  cluster: Awaited<ReturnType<typeof startTestCluster>>,
  { seed, storyMs }: Order,
): Promise<Report> {
  try {
    const { trace: _, ...summary } = await simulate(cluster, seed);
    return { seed, summary };
  } catch (error) {
    const what = error instanceof Error ? (error.stack ?? error.message) : String(error);
    const story = await tellStory(cluster, seed, forMs(storyMs));
    return { seed, failure: { what, ...(story && { story }) } };
  }
}

/** Runs seed after seed until whoever started it lets go. */
export async function serve(): Promise<void> {
  const cluster = await startTestCluster(() => undefined);
  const send = (report: Report | 'ready') => process.send?.(report);
  const ended = new Promise<void>((resolve) => {
    process.once('disconnect', resolve);
    process.on('message', (order: Order | 'end') => {
      if (order === 'end') resolve();
      else void run(cluster, order).then(send);
    });
  });
  send('ready');
  await ended;
  await cluster.stop();
}
