/** Owns when a page drains the outbox: start, enqueue, shown again, online, news, and a timer while visible. */
import type { Clock, Random } from '#wallet/ports.ts';
import type { DrainReason, Relay, RelayReport } from '#wallet/relay.ts';
import type { ChangeNotice } from './change-notice.ts';
import type { SyncHost } from './sync-registration.ts';

type Listening = Pick<EventTarget, 'addEventListener' | 'removeEventListener'>;

export type TriggerParts = {
  readonly relay: Relay;
  readonly notice: ChangeNotice;
  readonly clock: Clock;
  readonly random: Random;
  /** The page's own `window` and `document`. */
  readonly window: Listening;
  readonly document: Listening & { readonly visibilityState: string };
  /** `navigator.serviceWorker.ready`, where there is one. */
  readonly registration?: Promise<SyncHost>;
};

export type Triggers = {
  /** Right after a promise: registers the background sync, then drains. */
  enqueued(): Promise<RelayReport>;
  /** A person asks, or anything else with a reason. */
  drain(reason: DrainReason): Promise<RelayReport>;
  /** Hears every report, the latest at once if there is one. */
  subscribe(listener: (report: RelayReport) => void): () => void;
  stop(): void;
};

/** Begins with the `start` drain. */
export function startTriggers(parts: TriggerParts): Triggers {
  throw new Error(`not built yet ${parts.clock.nowMs()}`);
}
