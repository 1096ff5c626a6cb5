// `npm run simulate -- --planted`: hunts every planted bug, and says of each what noticed it.
import os from 'node:os';
import { startTestCluster } from '../../support/test-database.ts';
import { huntAll, tableOf } from './hunts.ts';
import { PLANTED_BUGS } from './planted-bugs.ts';

const say = (text: string) => process.stdout.write(`${text}\n`);

/** Answers the exit code: 1 when a bug was not noticed. */
export async function huntPlantedBugs(seedsMax: number): Promise<number> {
  const cluster = await startTestCluster(() => undefined);
  try {
    const hunted = await huntAll(PLANTED_BUGS, {
      cluster,
      seeds: Array.from({ length: seedsMax }, (_, place) => place + 1),
      threads: os.availableParallelism(),
      onHunted: (each) => say(tableOf([each])),
    });
    const caught = hunted.filter(({ result }) => result.kind === 'caught').length;
    say(`\n${tableOf(hunted)}\n\n${caught} of ${hunted.length} planted bugs were noticed.`);
    return caught === hunted.length ? 0 : 1;
  } finally {
    await cluster.stop();
  }
}
