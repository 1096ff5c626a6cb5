/** Owns what is said of the connection: only what was tried and heard, never what the phone believes. */
import { signal } from '@preact/signals';
import type { RelayReport } from '#wallet/relay.ts';

/**
 * `reached`: the server itself answered then. `trying`: asked and not answered yet. `silent`: the last
 * attempt got no answer; `sinceMs` is when the server was last heard, or first tried in vain.
 */
export type Connection =
  | { readonly kind: 'never' }
  | { readonly kind: 'trying'; readonly sinceMs: number; readonly heardAtMs?: number }
  | { readonly kind: 'reached'; readonly atMs: number }
  | { readonly kind: 'silent'; readonly sinceMs: number };

export type ConnectionEvent =
  | { readonly kind: 'asked'; readonly atMs: number }
  | { readonly kind: 'heard'; readonly atMs: number }
  | { readonly kind: 'silence'; readonly atMs: number };

function lastHeard(connection: Connection): number | undefined {
  if (connection.kind === 'reached') return connection.atMs;
  return connection.kind === 'trying' ? connection.heardAtMs : undefined;
}

/** The next state. Silence after silence keeps its beginning: "since" must not creep forward. */
export function followConnection(connection: Connection, event: ConnectionEvent): Connection {
  if (event.kind === 'heard') return { kind: 'reached', atMs: event.atMs };
  if (event.kind === 'silence') {
    if (connection.kind === 'silent') return connection;
    return { kind: 'silent', sinceMs: lastHeard(connection) ?? event.atMs };
  }
  // While the server is known to answer, or known to be silent, asking once more is no news.
  if (connection.kind !== 'never') return connection;
  return { kind: 'trying', sinceMs: event.atMs };
}

export type ConnectionMirror = {
  readonly value: Connection;
  tell(event: ConnectionEvent): void;
};

export function createConnectionMirror(): ConnectionMirror {
  const connection = signal<Connection>({ kind: 'never' });
  return {
    get value() {
      return connection.value;
    },
    tell(event) {
      connection.value = followConnection(connection.peek(), event);
    },
  };
}

/**
 * Tells what is new in the relay's reports. Each repeats what was last before it, and meanwhile others
 * may have heard the server: said again, old silence would unsay that.
 */
export function followReports(
  connection: Pick<ConnectionMirror, 'tell'>,
): (report: Pick<RelayReport, 'heardAtMs' | 'lastTrouble'>) => void {
  let toldMs: number | undefined;
  return ({ heardAtMs, lastTrouble }) => {
    const troubledAtMs = lastTrouble?.kind === 'silence' ? lastTrouble.atMs : undefined;
    const isHeard = heardAtMs !== undefined && heardAtMs >= (troubledAtMs ?? 0);
    const atMs = isHeard ? heardAtMs : troubledAtMs;
    // Not "older than": a clock may have been set back.
    if (atMs === undefined || atMs === toldMs) return;
    toldMs = atMs;
    connection.tell({ kind: isHeard ? 'heard' : 'silence', atMs });
  };
}
