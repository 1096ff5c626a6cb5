/** Owns the production meter of settlement: what the pipeline tells becomes counters and histograms. */
import { isFinalCode } from '#protocol/refusals.ts';
import type { SettlementMeter } from '../payments/settlement-meter.ts';
import { METRICS } from './metric-names.ts';
import type { Registry } from './registry.ts';

const GROUP_SIZES = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000];
const SECONDS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

export function countSettlement(registry: Registry): SettlementMeter {
  const settled = registry.counter(METRICS.settled, 'verdict');
  const refused = registry.counter(METRICS.refused, 'code', 'final');
  const known = registry.counter(METRICS.known);
  const verified = registry.counter(METRICS.verified);
  const groupSize = registry.histogram(METRICS.groupSize, GROUP_SIZES);
  const queueWait = registry.histogram(METRICS.queueWait, SECONDS);
  const commit = registry.histogram(METRICS.commit, SECONDS);
  const verify = registry.histogram(METRICS.verify, SECONDS);
  let waiting = 0;
  registry.gauge(METRICS.waiting, () => waiting);
  for (const verdict of ['accepted', 'refused', 'expired']) settled.add(0, verdict);
  return {
    waiting(change) {
      waiting += change;
    },
    group(size, queueWaitMs, commitMs) {
      groupSize.observe(size);
      queueWait.observe(queueWaitMs / 1000);
      commit.observe(commitMs / 1000);
    },
    verified(count, durationMs) {
      verified.add(count);
      verify.observe(durationMs / 1000);
    },
    settled(verdict, code) {
      settled.add(1, verdict);
      if (code !== undefined) refused.add(1, code, String(isFinalCode(code)));
    },
    known: (count) => known.add(count),
    refused: (code) => refused.add(1, code, 'false'),
  };
}
