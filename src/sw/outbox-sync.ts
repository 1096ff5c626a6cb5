/** Owns carrying the outbox inside a worker's event: as long as it may live, and honest about what is left. */
import type { Clock, Transport } from '#wallet/ports.ts';
import type { DrainReason, Relay, RelayReport } from '#wallet/relay.ts';

/** Chromium ends a sync event after three minutes; a send begun by then is still answered in time (F7). */
const SENDING_MS_MAX = 120_000;
const PAUSE_MS_MIN = 1_000;

export type OutboxSyncParts = {
  readonly clock: Clock;
  readonly transport: Transport;
  /** Builds the relay on the transport it is given. */
  readonly relayOn: (transport: Transport) => Relay;
  readonly pause: (ms: number) => Promise<void>;
};

export type OutboxSync = {
  /**
   * Drains, waits and drains again while there is time. Rejects when anything is left, so that
   * the browser fires the sync again.
   */
  sync(): Promise<void>;
  /** One drain, for events that promise nothing. */
  drain(reason: DrainReason): Promise<RelayReport>;
  /**
   * A person has chosen the new version, which takes over only when this worker has nothing left to
   * do: no sync waits any longer.
   */
  stepAside(): void;
};

export function createOutboxSync(parts: OutboxSyncParts): OutboxSync {
  const { clock, transport, pause } = parts;
  let endMs = 0;
  let isLeaving = false;
  let stepAside = () => {};
  const leaving = new Promise<void>((resolve) => {
    stepAside = () => {
      isLeaving = true;
      resolve();
    };
  });

  /** Past the end nothing is sent any more; the relay takes that for silence, which it is. */
  const inTime =
    (post: Transport['postPayments']): Transport['postPayments'] =>
    async (items, timeoutMs) =>
      clock.nowMs() < endMs
        ? post(items, timeoutMs)
        : { kind: 'silence', why: 'the event is ending' };

  const relay = parts.relayOn({
    readIdentity: (timeoutMs) => transport.readIdentity(timeoutMs),
    postPayments: inTime(transport.postPayments),
    postReoffers: inTime(transport.postReoffers),
  });

  function drain(reason: DrainReason): Promise<RelayReport> {
    endMs = Math.max(endMs, clock.nowMs() + SENDING_MS_MAX);
    return relay.drain(reason);
  }

  return {
    drain,
    stepAside: () => stepAside(),
    async sync() {
      const lastMs = clock.nowMs() + SENDING_MS_MAX;
      let report = await drain('sync');
      while (report.waiting !== 0) {
        const nowMs = clock.nowMs();
        const pauseMs = Math.max((report.nextAttemptAtMs ?? lastMs) - nowMs, PAUSE_MS_MIN);
        const isOver = isLeaving || nowMs + pauseMs >= lastMs;
        if (isOver) throw new Error(`${report.waiting} payments wait`);
        await Promise.race([pause(pauseMs), leaving]);
        if (!isLeaving) report = await relay.drain('sync');
      }
    },
  };
}
