/** Owns the news that something stored has changed: names only, so that every hearer reads the truth itself. */
import type { Notice, Topic } from '#wallet/ports.ts';

const CHANNEL_NAME = 'counterfoil-changes';
const TOPICS: readonly Topic[] = ['payments', 'requests', 'wallet', 'settings', 'outbox'];

export type ChangeNotice = Notice & {
  /** Hears changes of this and every other page and of the worker; answers how to stop. */
  subscribe(listener: (topics: readonly Topic[]) => void): () => void;
  close(): void;
};

/** Another version may send names that this one does not know: those are left out. */
function readTopics(data: unknown): Topic[] {
  return Array.isArray(data) ? TOPICS.filter((topic) => data.includes(topic)) : [];
}

export function createChangeNotice(): ChangeNotice {
  const listeners = new Set<(topics: readonly Topic[]) => void>();
  const channel =
    typeof BroadcastChannel === 'function' ? new BroadcastChannel(CHANNEL_NAME) : undefined;
  const tell = (topics: readonly Topic[]) => {
    if (topics.length > 0) for (const listener of listeners) listener(topics);
  };
  if (channel) channel.onmessage = (event: MessageEvent) => tell(readTopics(event.data));
  return {
    changed(...topics) {
      channel?.postMessage(topics);
      tell(topics);
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    close() {
      channel?.close();
      listeners.clear();
    },
  };
}
