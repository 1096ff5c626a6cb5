import { startTestCluster } from './support/test-database.ts';
import { simulate } from './simulation/world.ts';
export async function main(seeds: number[]) {
  const cluster = await startTestCluster();
  try {
  for (const seed of seeds) {
    const a = performance.now(); const c = process.cpuUsage();
    let events: any[] = [];
    try {
    const r = await simulate(cluster, seed, { onEnd: e => { events = [...e.events]; } });
    const d = process.cpuUsage(c);
    console.log(seed, 'wall', Math.round(performance.now()-a), 'cpu', Math.round((d.user+d.system)/1000), r.uploads, r.payments, JSON.stringify(r.states), process.env.F ? JSON.stringify(r.faults): '');
    } catch (e: any) { console.log(seed, 'FAILED', process.env.STACK ? e.stack : e.message.slice(0, 400)); if (process.env.TELL) for (const x of events.slice(-Number(process.env.TELL))) console.log(x.step, new Date(x.atMs).toISOString(), x.text); }
  }
  } finally { await cluster.stop(); }
}
