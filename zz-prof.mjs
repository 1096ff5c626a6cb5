import 'fake-indexeddb/auto';
import { runnerImport } from 'vite';
const { module } = await runnerImport('/work/wt/simulator/tests/zz-prof-main.ts', { configFile:false, root:'/work/wt/simulator' });
await module.main(process.argv.slice(2).map(Number));
process.exit();
