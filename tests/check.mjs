// The one check: format and lint, types, build with its size budgets, then every test. A failed step
// does not hide the ones after it. The last line printed is always the count.
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { obtainChromium } from './support/chromium.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const say = (line = '') => process.stdout.write(`${line}\n`);
const seconds = (sinceMs) => `${((Date.now() - sinceMs) / 1000).toFixed(1)} s`;

const environment = { ...process.env, CI: '1' };
// Both at once make Node warn in every process; a pipe or a file wants neither.
delete environment.FORCE_COLOR;
if (process.stdout.isTTY) delete environment.NO_COLOR;
else environment.NO_COLOR = '1';
// Biome colours its words whatever the environment says.
const plain = process.stdout.isTTY ? [] : ['--colors=off'];

function run(command, args) {
  const done = spawnSync(command, args, { cwd: root, env: environment, stdio: 'inherit' });
  if (done.error) say(String(done.error));
  return done.status === 0;
}

const tool = (name, ...args) => run(path.join(root, 'node_modules/.bin', name), args);

const failedSteps = [];

async function step(name, work) {
  const startedMs = Date.now();
  say(`\n── ${name}`);
  let worked = false;
  try {
    worked = await work();
  } catch (error) {
    say(String(error.message ?? error));
  }
  if (!worked) failedSteps.push(name);
  say(`── ${name}: ${worked ? 'ok' : 'FAILED'}, ${seconds(startedMs)}`);
  return worked;
}

async function chromium() {
  const found = await obtainChromium(say);
  say(`Chromium: ${found.path} (${found.from})`);
  Object.assign(environment, found.env, { CHROME_PATH: found.path });
  if (found.lacks.length > 0) {
    environment.CHROME_LACKS = found.lacks.join(',');
    say(`This Chromium lacks ${found.lacks.join(' and ')}: tests that need it are skipped.`);
  }
  return true;
}

function readReport(file) {
  try {
    return JSON.parse(fs.readFileSync(file, 'utf8'));
  } catch {
    return null;
  }
}

/** Counts from the report, with a file that could not even be loaded as one failed test. */
function count(report) {
  const files = report.testResults;
  const unloaded = files.filter((f) => f.status === 'failed' && f.assertionResults.length === 0);
  const tests = files.flatMap((file) =>
    file.assertionResults.map((test) => ({ ...test, file: path.relative(root, file.name) })),
  );
  return {
    passed: tests.filter((test) => test.status === 'passed').length,
    failed: tests.filter((test) => test.status === 'failed').length + unloaded.length,
    skipped: tests.filter((test) => test.status !== 'passed' && test.status !== 'failed'),
  };
}

/** Projects that need what an earlier step could not provide are left out, and said to be. */
function runnableProjects({ built, browser }) {
  const projects = ['unit', 'tidy', 'simulation'];
  if (built) projects.push('server', 'engine-serializable', 'engine-debian');
  if (built && browser) projects.push('browser');
  const left = ['server', 'engine-serializable', 'engine-debian', 'browser'].filter(
    (name) => !projects.includes(name),
  );
  if (left.length > 0) say(`NOT RUN, for want of an earlier step: ${left.join(', ')}`);
  return projects;
}

function runTests(projects) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'cf-check-'));
  const reportFile = path.join(folder, 'report.json');
  const worked = tool(
    'vitest',
    'run',
    '--config=tests/vitest.config.ts',
    ...projects.map((name) => `--project=${name}`),
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${reportFile}`,
  );
  const report = readReport(reportFile);
  fs.rmSync(folder, { recursive: true });
  if (report === null) {
    say('The test runner left no report.');
    return { passed: 0, failed: 1, skipped: [] };
  }
  const counts = count(report);
  if (!worked && counts.failed === 0) {
    say('The test runner failed outside of any test, see above.');
    counts.failed = 1;
  }
  if (counts.passed === 0) {
    say('Not one test has passed: that is no check.');
    counts.failed += 1;
  }
  return counts;
}

const startedMs = Date.now();
const browser = await step('Chromium', chromium);
await step('format and lint', () => tool('biome', 'ci', '--error-on-warnings', ...plain));
await step('types', () => tool('tsc', '-b'));
const built = await step('build and size budgets', () =>
  run(process.execPath, ['src/server/launch.mjs', '--build']),
);
const failedBefore = failedSteps.length;
let counts = { passed: 0, failed: 0, skipped: [] };
await step('tests', () => {
  counts = runTests(runnableProjects({ built, browser }));
  return counts.failed === 0;
});

for (const test of counts.skipped) say(`SKIPPED: ${test.fullName} (${test.file})`);
for (const name of failedSteps) say(`FAILED STEP: ${name}`);
say(`\nThe whole check took ${seconds(startedMs)}.`);
const failed = counts.failed + failedBefore;
process.exitCode = failed === 0 ? 0 : 1;
say(`${counts.passed} passed, ${failed} failed, ${counts.skipped.length} skipped`);
