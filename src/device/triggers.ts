/** Owns when a page drains the outbox: start, enqueue, shown again, online, news, and a timer while visible. */
import type { Clock, Random } from '#wallet/ports.ts';
import type { DrainReason, Relay, RelayReport } from '#wallet/relay.ts';
import type { ChangeNotice } from './change-notice.ts';
import { registerOutboxSync, type SyncHost } from './sync-registration.ts';

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
  /** Hears every report, the latest at once if there is one; answers how to stop. */
  subscribe(listener: (report: RelayReport) => void): () => void;
  stop(): void;
};

const TIMER_MS_MIN = 1_000;
const TIMER_MS_MAX = 5 * 60 * 1000;
const JITTER_MS = 2_000;

/** Begins with the `start` drain. */
export function startTriggers(parts: TriggerParts): Triggers {
  const { relay, notice, clock, random, window, document, registration } = parts;
  const listeners = new Set<(report: RelayReport) => void>();
  let latest: RelayReport | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let stopped = false;

  const isVisible = () => document.visibilityState === 'visible';

  /** Only while somebody looks: a hidden page is throttled anyway, and the worker has its own way. */
  function schedule(): void {
    clearTimeout(timer);
    const atMs = latest?.nextAttemptAtMs;
    if (stopped || atMs === undefined || !isVisible()) return;
    const leftMs = Math.min(Math.max(atMs - clock.nowMs(), TIMER_MS_MIN), TIMER_MS_MAX);
    timer = setTimeout(() => hint('timer'), leftMs + random.fraction() * JITTER_MS);
  }

  async function drain(reason: DrainReason): Promise<RelayReport> {
    const report = await relay.drain(reason);
    latest = report;
    for (const listener of listeners) listener(report);
    schedule();
    return report;
  }

  /** Nobody waits for a hint's drain; its report reaches whoever subscribed. */
  function hint(reason: DrainReason): void {
    void drain(reason);
  }

  const onOnline = () => hint('online');
  const onShown = () => hint('visible');
  const onVisibility = () => (isVisible() ? onShown() : clearTimeout(timer));
  window.addEventListener('online', onOnline);
  window.addEventListener('pageshow', onShown);
  document.addEventListener('visibilitychange', onVisibility);
  const unsubscribe = notice.subscribe((topics) => {
    if (topics.includes('outbox')) hint('notice');
  });

  /** Chromium forgets a sync after three failures, so every start with a queue asks anew (F1). */
  async function start(): Promise<void> {
    const report = await drain('start');
    if (registration && report.waiting !== 0) await registerOutboxSync(registration);
  }
  void start();

  return {
    enqueued() {
      // Asked before the first fetch, and not waited for: a refusal or a hang changes nothing (F3).
      if (registration) void registerOutboxSync(registration);
      return drain('enqueue');
    },
    drain,
    subscribe(listener) {
      listeners.add(listener);
      if (latest) listener(latest);
      return () => listeners.delete(listener);
    },
    stop() {
      stopped = true;
      clearTimeout(timer);
      window.removeEventListener('online', onOnline);
      window.removeEventListener('pageshow', onShown);
      document.removeEventListener('visibilitychange', onVisibility);
      unsubscribe();
    },
  };
}
