/** Owns one live stream: an account's new entries as server-sent events, each exactly once, in order. */
import type { ServerResponse } from 'node:http';
import type { StatementEntry } from '#protocol/wire.ts';

export type LiveStreamParts = {
  readonly response: ServerResponse;
  /** Where the reader stands: it has seen everything up to this version. */
  readonly after: number;
  /** The reader has seen more than there is now: it is told to read anew. */
  readonly isAhead: boolean;
  readonly readEntries: (after: number) => Promise<readonly StatementEntry[]>;
  readonly toJson: (entry: StatementEntry) => unknown;
  /** Asked at every heartbeat; a stream whose session ended ends too. */
  readonly isAllowed: () => Promise<boolean>;
  readonly heartbeatMs: number;
  readonly onFault: (cause: unknown) => void;
};

export type LiveStream = {
  wake(): void;
  end(): void;
};

/** After an end the browser comes back by itself, with the id of the last event it has seen. */
const RECONNECT_MS = 2000;

function drained(response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      response.off('drain', done);
      response.off('close', done);
      resolve();
    };
    response.on('drain', done);
    response.on('close', done);
  });
}

export function openLiveStream(parts: LiveStreamParts): LiveStream {
  const { response, readEntries, toJson, isAllowed, heartbeatMs, onFault } = parts;
  let cursor = parts.after;
  let ended = false;
  let reading = false;
  let again = false;

  function end(): void {
    if (ended) return;
    ended = true;
    again = false;
    clearInterval(heartbeat);
    // What a reader that does not read has left lying would keep the connection open for ever.
    if (response.writableLength > 0) response.destroy();
    else response.end();
  }

  /** The cursor moves only over what was written, so a wake too many or too early loses nothing. */
  async function readNew(): Promise<void> {
    do {
      again = false;
      const entries = await readEntries(cursor);
      for (const entry of entries) {
        if (ended) return;
        const data = JSON.stringify(toJson(entry));
        const isFlowing = response.write(`event: entry\nid: ${entry.version}\ndata: ${data}\n\n`);
        cursor = entry.version;
        // A reader that does not read must not fill our memory.
        if (!isFlowing) await drained(response);
        again = true;
      }
    } while (again && !ended);
  }

  function wake(): void {
    again = true;
    if (reading || ended) return;
    reading = true;
    readNew()
      .catch((cause: unknown) => {
        // Better to end, and be asked again from the cursor, than to stay open and silent.
        onFault(cause);
        end();
      })
      .finally(() => {
        reading = false;
        // A wake between the last look and now would be lost.
        if (again) wake();
      });
  }

  async function beat(): Promise<void> {
    if (!(await isAllowed())) end();
    if (!ended) response.write(': beat\n\n');
  }

  const heartbeat = setInterval(() => {
    beat().catch((cause: unknown) => {
      onFault(cause);
      end();
    });
  }, heartbeatMs);
  heartbeat.unref();
  response.on('close', end);
  response.on('error', end);
  response.write(`retry: ${RECONNECT_MS}\n\n`);
  if (parts.isAhead) response.write(`event: restored\nid: ${cursor}\ndata: {}\n\n`);
  wake();
  return { wake, end };
}
