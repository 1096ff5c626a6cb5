// Starts one of the server's programs by name, building first what is missing or older than its
// sources. Plain JavaScript, since nothing is built yet when it runs. Its own words go to standard
// error: standard output belongs to the program it starts.
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { BuildFailed, dist, ensureBuilt } from '../../.build/ensure-built.mjs';

const programs = ['main', 'operator', 'inspect', 'check-ledger', 'backup', 'restore', 'config'];
const say = (line) => process.stderr.write(`${line}\n`);

async function launch([name, ...rest]) {
  if (name === '--build') {
    say(await ensureBuilt({ force: true }));
    return;
  }
  if (!programs.includes(name)) {
    say(`usage: node src/server/launch.mjs --build | ${programs.join(' | ')} [arguments]`);
    process.exitCode = 2;
    return;
  }
  const startedMs = Date.now();
  const aloud = name === 'main';
  const said = await ensureBuilt({ onStart: () => aloud && say('Building Counterfoil…') });
  if (aloud && said !== null) say(`Built in ${((Date.now() - startedMs) / 1000).toFixed(1)} s.`);
  // The program reads its arguments as if it had been started itself.
  const file = path.join(dist, 'server', `${name}.js`);
  process.argv = [process.argv[0], file, ...rest];
  await import(pathToFileURL(file).href);
}

try {
  await launch(process.argv.slice(2));
} catch (error) {
  say(error instanceof BuildFailed ? `The build failed.\n${error.message}` : error.stack);
  process.exitCode = 1;
}
