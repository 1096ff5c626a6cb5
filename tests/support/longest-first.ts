// In which order test files run: the longest first, or one of them runs on alone when all others have ended.
import path from 'node:path';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/**
 * Files and folders whose files take long, longest first. What only computes and what waits for its
 * servers take turns, so that seldom two wait at once. All others come project by project, and a
 * process that has loaded what its project needs goes on with the next.
 */
export const LONGEST = [
  'tests/simulation/planted',
  'tests/server/crash/random-kills.test.ts',
  'tests/server/crash/power-cut.test.ts',
  'tests/server/crash/failpoints.test.ts',
  'tests/server/ledger/embedded-postgres.test.ts',
  'tests/simulation/simulation.test.ts',
  'tests/server/processes.test.ts',
  'tests/server/ledger/embedded-elsewhere.test.ts',
  'tests/server/process.test.ts',
  'tests/server/metrics.test.ts',
  'tests/server/crash',
  'tests/simulation',
  'tests/browser/engines',
  'tests/browser/ui/screens.test.ts',
  'tests/browser/wallet/worker-killed.test.ts',
  'tests/browser/wallet/both-offline.test.ts',
  'tests/browser/wallet/update.test.ts',
  'tests/browser/workers/scanner.test.ts',
  'tests/browser/sw/app-shell.test.ts',
  'tests/browser/ui/offline.test.ts',
  'tests/browser/wallet/ceremony.test.ts',
  'tests/browser/device',
  'tests/browser/wallet/everybody.test.ts',
  'tests/browser/wallet/restored.test.ts',
  'tests/browser',
];

const isIn = (file: string, entry: string) => file === entry || file.startsWith(`${entry}/`);

function rankOf(file: string): number {
  const rank = LONGEST.findIndex((entry) => isIn(file, entry));
  return rank < 0 ? LONGEST.length : rank;
}

export class LongestFirst extends BaseSequencer {
  override async sort(specs: TestSpecification[]): Promise<TestSpecification[]> {
    const { root } = this.ctx.config;
    const rank = (spec: TestSpecification) => rankOf(path.relative(root, spec.moduleId));
    // Where two are alike the order is the runner's own.
    return (await super.sort(specs)).toSorted((a, b) => rank(a) - rank(b));
  }
}
