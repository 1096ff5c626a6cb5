// How the wallet loads, by the reference measurer: a first visit on a slow link, then a wallet with
// 500 payments kept, warm and offline.
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { startServer } from '../support/payment-server.ts';
import type { BenchLine, BenchSection, Measure } from './section.ts';

const here = path.dirname(fileURLToPath(import.meta.url));
/** Puts an account and 500 payments into the page's database before the wallet opens it. */
const seedFile = path.join(here, 'seed-payments.js');

type Goals = Readonly<Record<string, number | boolean>>;
interface Report {
  readonly medians: { readonly wallet: Readonly<Record<string, number | boolean | null>> };
  readonly targets: { readonly wallet: Readonly<Record<string, unknown>> };
}

function run(args: readonly string[]): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [path.join(here, 'pwa-load.mjs'), ...args], {
      stdio: ['ignore', 'inherit', 'inherit'],
    });
    child.on('error', reject);
    // It ends with 1 when over budget, which the lines of the section say better.
    child.on('close', (code) =>
      code === 0 || code === 1 ? resolve() : reject(new Error(`pwa-load ended with ${code}`)),
    );
  });
}

async function load(target: string, goals: Goals, options: readonly string[]): Promise<Report> {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'cf-bench-'));
  try {
    const json = path.join(folder, 'report.json');
    const budget = path.join(folder, 'budget.json');
    fs.writeFileSync(budget, JSON.stringify(goals));
    await run([...options, '--mark', 'usable', '--json', json, '--budget', budget, target]);
    return JSON.parse(fs.readFileSync(json, 'utf8'));
  } finally {
    fs.rmSync(folder, { recursive: true });
  }
}

function line(report: Report, what: string, key: string, goal: number | boolean): BenchLine {
  const value = report.medians.wallet[key] ?? null;
  if (typeof goal === 'boolean') {
    const measured = typeof value === 'boolean' ? Number(value) : null;
    return { what, measured, unit: '', goal: Number(goal), goalIs: 'at least' };
  }
  const measured = typeof value === 'number' ? value : null;
  if (!/wire|heap/i.test(key)) return { what, measured, unit: 'ms', goal };
  return {
    what,
    measured: measured === null ? null : measured / 1000,
    unit: 'kB',
    goal: goal / 1000,
  };
}

function lines(report: Report, goals: Goals, of: string): BenchLine[] {
  return Object.entries(goals).map(([key, goal]) => line(report, `${of}: ${key}`, key, goal));
}

/** Requests to any host but ours, over all runs of all phases. */
function foreignRequests(reports: readonly Report[]): number {
  return reports
    .flatMap((report) => Object.values(report.targets.wallet))
    .flatMap((phase) => (Array.isArray(phase) ? phase : []))
    .reduce((sum: number, visit) => sum + (Number(visit?.external) || 0), 0);
}

export const measure: Measure = async ({ runs }): Promise<BenchSection> => {
  const budget: { fresh: Goals; used: Goals } = JSON.parse(
    fs.readFileSync(path.join(here, 'budget.json'), 'utf8'),
  );
  const server = await startServer();
  const target = `wallet=http://localhost:${server.port},dist=${server.publicDir}`;
  const common = ['--runs', String(runs)];
  try {
    const fresh = await load(target, budget.fresh, [
      ...common,
      '--wait-sw',
      '--phases',
      'size,slow3g,3g,prime',
    ]);
    const all = lines(fresh, budget.fresh, 'first visit');
    const reports = [fresh];
    if (fs.existsSync(seedFile)) {
      const options = [...common, '--phases', 'warm,offline', '--init', `wallet=${seedFile}`];
      const used = await load(target, budget.used, options);
      all.push(...lines(used, budget.used, '500 payments'));
      reports.push(used);
    } else {
      process.stdout.write(`NOT MEASURED: ${seedFile} is missing, so no wallet with payments\n`);
    }
    const others = foreignRequests(reports);
    all.push({ what: 'requests to other hosts', measured: others, unit: '', goal: 0 });
    return { title: 'Loading, 400 kbit/s, 400 ms RTT, CPU ×4', lines: all };
  } finally {
    await server.dispose();
  }
};
