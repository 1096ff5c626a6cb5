/** Owns the HTTP server below the framework: deadlines and bounds for whoever is slow, greedy or no client at all. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Config } from '../settings.ts';
import { problemBeforeRequest } from './problem-response.ts';
import { addressKey } from './rate-limit.ts';

type Handler = (request: IncomingMessage, response: ServerResponse) => void;

export type HttpServerParts = {
  readonly handler: Handler;
  readonly config: Pick<Config, 'connectionsMax' | 'connectionsPerAddressMax' | 'trustProxy'>;
  readonly deadlinesMs?: Deadlines;
};

export const DEADLINES_MS = {
  headers: 10_000,
  /** For headers and body together. A wallet gives up after 30 seconds. */
  request: 40_000,
  /** How late a missed deadline may be noticed. */
  check: 5_000,
  /** With no byte in either direction: who does not read its answer. Live streams beat more often. */
  idle: 120_000,
  /** Longer than the 60 s of common proxies: they close first, and never send into a closing connection. */
  keepAlive: 72_000,
  /** What is left of a refused body, or of a connection that was told why it ends. */
  drain: 5_000,
} as const;
type Deadlines = Readonly<Record<keyof typeof DEADLINES_MS, number>>;
const HEADER_BYTES_MAX = 16 * 1024;
const HEADERS_MAX = 100;
/** Requests of one connection without an answer. Browsers and proxies have one. */
const UNANSWERED_MAX = 16;
/** What is still taken, and thrown away, of a body that was refused, so that whoever sent it can read why. */
const DRAIN_BYTES_MAX = 256 * 1024;

/** Of each connection the answers that it waits for. */
type Unanswered = WeakMap<Duplex, Set<ServerResponse>>;

/**
 * Closing at once would reset the connection, and with it an answer that is not read yet. So the rest
 * is taken if it is short; a long one is left to lie, which stops who sends it, until time is up.
 */
function drain(request: IncomingMessage, drainMs: number): void {
  const { socket } = request;
  let bytesLeft = DRAIN_BYTES_MAX;
  // Else Node would read it all, however long it is.
  request.read(0);
  request.on('data', (chunk: Buffer) => {
    bytesLeft -= chunk.length;
    if (bytesLeft < 0) request.pause();
  });
  const end = setTimeout(() => socket.destroy(), drainMs);
  request.once('close', () => clearTimeout(end));
}

type Reason = { readonly code: 'input_invalid' | 'request_timeout'; readonly detail?: string };
const UNREADABLE: Reason = {
  code: 'input_invalid',
  detail: 'The request is not HTTP as it should be.',
};

function endWith(socket: Duplex, reason: Reason, drainMs: number): void {
  socket.end(problemBeforeRequest(reason));
  // Who never closes its side would keep the connection for ever.
  setTimeout(() => socket.destroy(), drainMs).unref();
}

/** Node tells only the answer that is being written that its connection has gone, not those behind it. */
function tellThoseBehind(open: ReadonlySet<ServerResponse>): void {
  for (const response of open) {
    if (response.socket) continue;
    response.destroy();
    response.emit('close');
  }
}

/** Counts what is unanswered before the framework makes anything of it. */
function guardConnection(handler: Handler, unanswered: Unanswered, drainMs: number): Handler {
  return (request, response) => {
    const { socket } = request;
    if (socket.destroyed) return;
    const known = unanswered.get(socket);
    const open = known ?? new Set<ServerResponse>();
    if (!known) socket.once('close', () => tellThoseBehind(open));
    if (open.size >= UNANSWERED_MAX) {
      socket.destroy();
      return;
    }
    unanswered.set(socket, open.add(response));
    response.once('close', () => open.delete(response));
    // Before Node's own listener, which would read on.
    response.prependOnceListener('finish', () => {
      if (!request.complete) drain(request, drainMs);
    });
    // Of very many headers Node keeps the first: what a proxy adds at the end would be missing.
    if (request.rawHeaders.length > 2 * HEADERS_MAX) endWith(socket, UNREADABLE, drainMs);
    else handler(request, response);
  };
}

function answerUnreadable(server: Server, unanswered: Unanswered, drainMs: number): void {
  server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
    const open = [...(unanswered.get(socket) ?? [])];
    // The answer to another request, or the rest of it, is what the client waits for.
    const isAnswering = open.some(({ headersSent, req }) => headersSent || req.complete);
    const isLate = error.code === 'ERR_HTTP_REQUEST_TIMEOUT';
    if (error.code === 'ECONNRESET' || !socket.writable || isAnswering) socket.destroy();
    else endWith(socket, isLate ? { code: 'request_timeout' } : UNREADABLE, drainMs);
  });
}

function limitAddresses(server: Server, connectionsMax: number): void {
  const open = new Map<string, number>();
  server.on('connection', (socket) => {
    const address = addressKey(socket.remoteAddress ?? '');
    const count = (open.get(address) ?? 0) + 1;
    open.set(address, count);
    socket.once('close', () => {
      const rest = (open.get(address) ?? 1) - 1;
      if (rest > 0) open.set(address, rest);
      else open.delete(address);
    });
    if (count > connectionsMax) socket.destroy();
  });
}

/** Kept for who comes: beyond it nobody keeps a connection on which nothing is asked. */
const ROOM = 0.1;

/** A phone that has to connect once more loses nothing; one that cannot connect at all does. */
function makeRoom(server: Server, connectionsMax: number): void {
  const closeIdle = server.closeIdleConnections.bind(server);
  let open = 0;
  server.on('connection', (socket) => {
    open++;
    socket.once('close', () => open--);
    if (open > connectionsMax * (1 - ROOM)) closeIdle();
  });
}

/** Browsers connect ahead of any request. Node does not call that idle, and a stop would wait for it. */
function closeUnused(server: Server): void {
  const unused = new Set<Duplex>();
  server.on('connection', (socket) => {
    unused.add(socket);
    socket.once('close', () => unused.delete(socket));
  });
  server.on('request', ({ socket }) => unused.delete(socket));
  const closeIdle = server.closeIdleConnections.bind(server);
  server.closeIdleConnections = () => {
    closeIdle();
    for (const socket of unused) socket.destroy();
  };
}

export function createHttpServer(parts: HttpServerParts): Server {
  const { handler, config, deadlinesMs = DEADLINES_MS } = parts;
  const unanswered: Unanswered = new WeakMap();
  const server = createServer(
    {
      connectionsCheckingInterval: deadlinesMs.check,
      headersTimeout: deadlinesMs.headers,
      requestTimeout: deadlinesMs.request,
      keepAliveTimeout: deadlinesMs.keepAlive,
      maxHeaderSize: HEADER_BYTES_MAX,
    },
    guardConnection(handler, unanswered, deadlinesMs.drain),
  );
  server.setTimeout(deadlinesMs.idle);
  server.maxConnections = config.connectionsMax;
  answerUnreadable(server, unanswered, deadlinesMs.drain);
  makeRoom(server, config.connectionsMax);
  closeUnused(server);
  if (config.trustProxy === false) limitAddresses(server, config.connectionsPerAddressMax);
  return server;
}
