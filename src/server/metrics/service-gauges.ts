/** Owns what can be seen of a process's services when somebody looks: connections, live streams. */
import type { Database } from '#ledger/database.ts';
import type { AccountWatch } from '../accounts/account-watch.ts';
import { METRICS } from './metric-names.ts';
import type { Registry } from './registry.ts';

type Seen = { readonly database: Database; readonly watch: AccountWatch };

export function gaugeServices(registry: Registry, { database, watch }: Seen): void {
  registry.gauge(METRICS.streams, () => watch.state().streams);
  registry.gauge(METRICS.watchBehind, () => watch.state().behindMs / 1000);
  registry.gauge(METRICS.connections, () => {
    const { open, idle, waiting } = database.connections();
    return [
      { labels: { state: 'busy' }, value: open - idle },
      { labels: { state: 'idle' }, value: idle },
      { labels: { state: 'waiting' }, value: waiting },
    ];
  });
}
