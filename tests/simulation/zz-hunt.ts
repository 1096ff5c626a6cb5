import { startTestCluster } from '../support/test-database.ts';
import { huntAll, tableOf } from './planted/hunts.ts';
import { PLANTED_BUGS } from './planted/planted-bugs.ts';
import { RARE_BUGS } from './planted/rare-bugs.ts';
export async function runSimulations(args: string[]): Promise<number> {
  const [which = '', from = '1', to = '40', threads = '1'] = args;
  const cluster = await startTestCluster(() => undefined);
  const bugs = (
    which === 'all'
      ? [...PLANTED_BUGS]
      : [...PLANTED_BUGS, ...RARE_BUGS].filter((b) => b.name.includes(which))
  ).map(({ seenAt: _, ...b }) => b);
  const seeds = Array.from({ length: Number(to) - Number(from) + 1 }, (_, i) => Number(from) + i);
  await huntAll(bugs, {
    cluster,
    seeds,
    threads: Number(threads),
    onHunted: (h) => console.log(tableOf([h])),
  });
  await cluster.stop();
  return 0;
}
