/** Owns what a process says about itself: memory, processor, lag of its event loop, and what it runs. */
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { METRICS } from './metric-names.ts';
import type { Registry } from './registry.ts';

const NANOSECONDS = 1e9;
const RESOLUTION_MS = 20;
const QUANTILES = [50, 99, 100];

export function gaugeProcess(registry: Registry): void {
  // A sample every 20 ms costs nothing that could be measured.
  const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  delay.enable();
  const startedS = Math.round(performance.timeOrigin) / 1000;
  registry.gauge(METRICS.memory, () => process.memoryUsage.rss());
  registry.gauge(METRICS.started, () => startedS);
  registry.gauge(METRICS.build, () => [
    { labels: { node: process.versions.node, platform: process.platform }, value: 1 },
  ]);
  registry.counted(METRICS.cpu, () => {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1e6;
  });
  registry.gauge(METRICS.loopLag, () => {
    const samples = QUANTILES.map((percent) => ({
      labels: { share: String(percent / 100) },
      // The delay is counted with the timer's own 20 ms; before its first sample it is not a number.
      value: Math.max(0, (delay.percentile(percent) || 0) / NANOSECONDS - RESOLUTION_MS / 1000),
    }));
    delay.reset();
    return samples;
  });
}
