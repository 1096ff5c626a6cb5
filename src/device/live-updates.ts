/** Owns hearing from the server that the statement has grown: a hint to read it, never the news itself. */

export type LiveState = 'connecting' | 'live' | 'silent';

export type LiveListener = {
  /** Something was posted: read the statement again from the cursor you hold. */
  changed(): void;
  state?(state: LiveState): void;
};

const RETRY_FIRST_MS = 5_000;
const RETRY_MAX_MS = 60_000;

/**
 * EventSource comes back by itself after a broken connection, but gives up for good on an answer
 * that is no event stream (signed out, portal, 503): then we ask again, ever more rarely.
 */
export function listen(
  urlAfter: (version: number) => string,
  afterVersion: number,
  listener: LiveListener,
): { close(): void } {
  let version = afterVersion;
  let retryMs = RETRY_FIRST_MS;
  let source: EventSource | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;

  function open(): void {
    listener.state?.('connecting');
    const opened = new EventSource(urlAfter(version));
    source = opened;
    opened.onopen = () => {
      retryMs = RETRY_FIRST_MS;
      listener.state?.('live');
    };
    const hear = (event: Event) => {
      const seen = Number((event as MessageEvent).lastEventId);
      if (Number.isSafeInteger(seen)) version = seen;
      listener.changed();
    };
    opened.addEventListener('entry', hear);
    // The server has gone back to before what was seen here: the statement's epoch says the rest.
    opened.addEventListener('restored', hear);
    opened.onerror = () => {
      listener.state?.('silent');
      if (opened.readyState !== EventSource.CLOSED) return;
      timer = setTimeout(open, retryMs * (0.5 + Math.random() / 2));
      retryMs = Math.min(retryMs * 2, RETRY_MAX_MS);
    };
  }

  open();
  return {
    close() {
      clearTimeout(timer);
      source?.close();
    },
  };
}
