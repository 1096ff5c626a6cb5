// A network between phone and server that a test can break at a chosen point. It understands HTTP
// only as far as needed to know where a request ends and an answer begins.
import http from 'node:http';
import type { AddressInfo, Socket } from 'node:net';

/** One request as the network saw it; `answer` is set once the server has answered it whole. */
export interface Exchange {
  readonly method: string;
  readonly path: string;
  readonly body: Buffer;
  answer: { readonly status: number; readonly body: Buffer } | null;
}

export type Match = (request: { readonly method: string; readonly path: string }) => boolean;

/** `POST /api/payments` as a match; the path may carry a query. */
export function route(method: string, path: string): Match {
  return (request) => request.method === method && request.path.split('?')[0] === path;
}

export type Fault =
  /** The request never arrives: the connection breaks before the server hears of it. */
  | { readonly kind: 'drop-request' }
  /** The server does its work, and its answer is lost. */
  | { readonly kind: 'drop-answer' }
  /** The request waits in the network until released. */
  | { readonly kind: 'hold-request' }
  /** The server has answered; the answer waits in the network until released. */
  | { readonly kind: 'hold-answer' }
  /** The request arrives later. */
  | { readonly kind: 'delay'; readonly delayMs: number }
  /** The request arrives twice at once; the first answer is passed on. */
  | { readonly kind: 'duplicate' }
  /** Somebody else answers: a captive portal, a gateway, a server that is full. */
  | {
      readonly kind: 'answer';
      readonly status: number;
      readonly headers?: Readonly<Record<string, string>>;
      readonly body?: string;
    };

export interface ArmedFault {
  /** Settles when a request has met the fault; for `hold-answer` and `drop-answer`, once answered. */
  readonly met: Promise<Exchange>;
  /** Lets everything held go on, and disarms. */
  release(): void;
}

export interface BreakableNetwork {
  readonly origin: string;
  readonly port: number;
  /** Every request so far, dropped ones included. */
  readonly exchanges: readonly Exchange[];
  /** The next `count` matching requests meet the fault; later ones pass. */
  arm(match: Match, fault: Fault, count?: number): ArmedFault;
  /** Settles with the next matching request that the server answers whole. */
  answered(match: Match): Promise<Exchange>;
  /** Radio up, server gone: breaks every connection and refuses new ones. */
  cut(): void;
  restore(): void;
  pointAt(upstreamPort: number): void;
  stop(): Promise<void>;
}

interface Armed {
  readonly match: Match;
  readonly fault: Fault;
  left: number;
  readonly released: Promise<void>;
  readonly meet: (exchange: Exchange) => void;
}

interface Carried {
  readonly request: http.IncomingMessage;
  readonly response: http.ServerResponse;
  readonly exchange: Exchange;
}

async function readBody(stream: http.IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of stream) parts.push(part as Buffer);
  return Buffer.concat(parts);
}

function forward(
  upstreamPort: number,
  request: http.IncomingMessage,
  body: Buffer,
): Promise<http.IncomingMessage> {
  return new Promise((resolve, reject) => {
    const outgoing = http.request(
      {
        host: 'localhost',
        port: upstreamPort,
        method: request.method,
        path: request.url,
        headers: request.headers,
        agent: false,
      },
      resolve,
    );
    outgoing.on('error', reject);
    // A page that goes away must end its event stream at the server too.
    const hangUp = () => outgoing.destroy();
    request.socket.once('close', hangUp);
    outgoing.once('close', () => request.socket.off('close', hangUp));
    outgoing.end(body);
  });
}

function pass(response: http.ServerResponse, answer: http.IncomingMessage): void {
  const { connection: _, 'keep-alive': __, ...headers } = answer.headers;
  response.writeHead(answer.statusCode ?? 502, headers);
}

/** Streams the answer through, so that events of an open stream arrive as they happen. */
async function relay(
  exchange: Exchange,
  response: http.ServerResponse,
  answer: http.IncomingMessage,
): Promise<void> {
  pass(response, answer);
  response.flushHeaders();
  const parts: Buffer[] = [];
  for await (const part of answer) {
    parts.push(part as Buffer);
    response.write(part);
  }
  exchange.answer = { status: answer.statusCode ?? 0, body: Buffer.concat(parts) };
  response.end();
}

const later = (delayMs: number) => new Promise((resolve) => setTimeout(resolve, delayMs));

export async function startProxy(initialUpstreamPort = 0): Promise<BreakableNetwork> {
  let upstreamPort = initialUpstreamPort;
  let isCut = false;
  const sockets = new Set<Socket>();
  const exchanges: Exchange[] = [];
  const armed: Armed[] = [];
  const waiting = new Set<{ match: Match; resolve: (exchange: Exchange) => void }>();

  function tellAnswered(exchange: Exchange): void {
    for (const entry of waiting) {
      if (!entry.match(exchange)) continue;
      waiting.delete(entry);
      entry.resolve(exchange);
    }
  }

  async function passThrough({ request, response, exchange }: Carried): Promise<void> {
    await relay(exchange, response, await forward(upstreamPort, request, exchange.body));
    tellAnswered(exchange);
  }

  /** Lets the server answer in full before anything of it may travel on. */
  async function fetchAnswer({ request, exchange }: Carried): Promise<http.IncomingMessage> {
    const answer = await forward(upstreamPort, request, exchange.body);
    exchange.answer = { status: answer.statusCode ?? 0, body: await readBody(answer) };
    tellAnswered(exchange);
    return answer;
  }

  async function suffer(carried: Carried, { fault, meet, released }: Armed): Promise<void> {
    const { request, response, exchange } = carried;
    switch (fault.kind) {
      case 'drop-request':
        request.socket.destroy();
        return meet(exchange);
      case 'drop-answer':
        await fetchAnswer(carried);
        request.socket.destroy();
        return meet(exchange);
      case 'hold-request':
        meet(exchange);
        await released;
        return passThrough(carried);
      case 'hold-answer': {
        const answer = await fetchAnswer(carried);
        meet(exchange);
        await released;
        pass(response, answer);
        response.end(exchange.answer?.body);
        return;
      }
      case 'delay':
        await later(fault.delayMs);
        await passThrough(carried);
        return meet(exchange);
      case 'duplicate': {
        const second = forward(upstreamPort, request, exchange.body).then(readBody);
        await passThrough(carried);
        await second;
        return meet(exchange);
      }
      case 'answer':
        response.writeHead(fault.status, fault.headers ?? {}).end(fault.body ?? '');
        return meet(exchange);
    }
  }

  const server = http.createServer(async (request, response) => {
    try {
      const exchange: Exchange = {
        method: request.method ?? '',
        path: request.url ?? '',
        body: await readBody(request),
        answer: null,
      };
      exchanges.push(exchange);
      const trap = armed.find((entry) => entry.left > 0 && entry.match(exchange));
      const carried = { request, response, exchange };
      if (trap === undefined) return await passThrough(carried);
      trap.left--;
      await suffer(carried, trap);
    } catch {
      // Either side broke the connection: the other learns of it in the same way.
      request.socket.destroy();
    }
  });
  server.keepAliveTimeout = 0;
  server.on('connection', (socket) => {
    if (isCut) {
      socket.destroy();
      return;
    }
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, 'localhost', resolve));
  const { port } = server.address() as AddressInfo;

  const breakConnections = () => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    origin: `http://localhost:${port}`,
    port,
    exchanges,
    arm(match, fault, count = 1) {
      let release = () => {};
      let meet: (exchange: Exchange) => void = () => {};
      const released = new Promise<void>((resolve) => {
        release = resolve;
      });
      const met = new Promise<Exchange>((resolve) => {
        meet = resolve;
      });
      const entry: Armed = { match, fault, left: count, released, meet };
      armed.push(entry);
      return {
        met,
        release: () => {
          entry.left = 0;
          release();
        },
      };
    },
    answered: (match) => new Promise((resolve) => waiting.add({ match, resolve })),
    cut() {
      isCut = true;
      breakConnections();
    },
    restore() {
      isCut = false;
    },
    pointAt(next) {
      upstreamPort = next;
    },
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        breakConnections();
      }),
  };
}
