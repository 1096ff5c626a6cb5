import { startTestCluster } from './support/test-database.ts';
import { startSimulatedServer } from './simulation/simulated-server.ts';
import { createSeeded } from './simulation/seeded.ts';
import { enrol, authorize, settle } from './support/server-wallet.ts';
export async function main() {
  const cluster = await startTestCluster();
  const time = async (name: string, w: () => Promise<unknown>) => { const a = performance.now(); const c = process.cpuUsage(); const r = await w(); const d = process.cpuUsage(c); console.log(name, (performance.now()-a).toFixed(1), 'cpu', ((d.user+d.system)/1000).toFixed(1)); return r; };
  for (let i=0;i<4;i++) {
    await time('fresh', () => cluster.fresh());
    const s: any = await time('server', () => startSimulatedServer(cluster, () => 1767603600000, createSeeded(i)));
    const a: any = await time('enrol', () => enrol(s, 'Ana'));
    const b: any = await time('enrol', () => enrol(s, 'Ben'));
    for (let j=0;j<3;j++) { const p: any = await authorize(s, a, b); await time('settle1', () => settle(s, [p])); }
    await time('check', () => s.check());
    await time('check', () => s.check());
    await time('stop', () => s.stop());
  }
  await cluster.stop();
}
