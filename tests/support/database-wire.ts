/** Owns a wire between a server and PostgreSQL that stops at a chosen statement, before it arrives or once it is done. */
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import type pg from 'pg';
import { urlOf } from './test-database.ts';

/** `before`: PostgreSQL never hears of it. `done`: it is done, its answer is not heard, and nothing follows it. */
export type When = 'before' | 'done';

export type Stop = {
  /** Settles when the wire has stopped there; nothing more passes on that connection. */
  readonly reached: Promise<void>;
  /** Breaks the connection that stands there, as a network does. */
  cut(): void;
  disarm(): void;
};

export type DatabaseWire = {
  /** For `DATABASE_URL`. */
  readonly url: string;
  readonly connection: pg.PoolConfig;
  /** Statements as they passed, by name or else by their words; since `forget`. */
  readonly passed: readonly string[];
  forget(): void;
  /** Stops at the `nth` such statement from now on. */
  stopAt(statement: string, when: When, nth?: number): Stop;
  close(): Promise<void>;
};

const WORDS_MAX = 60;
const SYNC = 0x53;
const READY = 0x5a;

/** A message is a letter, its length, its content; the first one of a client has no letter. */
function takeMessages(carry: { bytes: Buffer; started: boolean }, data: Buffer): Buffer[] {
  carry.bytes = Buffer.concat([carry.bytes, data]);
  const messages: Buffer[] = [];
  for (;;) {
    const letters = carry.started ? 1 : 0;
    if (carry.bytes.length < letters + 4) return messages;
    const length = letters + carry.bytes.readInt32BE(letters);
    if (carry.bytes.length < length) return messages;
    messages.push(carry.bytes.subarray(0, length));
    carry.bytes = carry.bytes.subarray(length);
    carry.started = true;
  }
}

const letterOf = (message: Buffer) => String.fromCharCode(message[0] ?? 0);
const textAt = (message: Buffer, start: number) =>
  message.toString('utf8', start, message.indexOf(0, start));
const wordsOf = (sql: string) => sql.replaceAll(/\s+/g, ' ').trim().slice(0, WORDS_MAX);

/** What a message says of the statement that it belongs to; undefined when it says nothing. */
function statementOf(message: Buffer): string | undefined {
  const letter = letterOf(message);
  if (letter === 'Q') return wordsOf(textAt(message, 5));
  if (letter === 'P') {
    const name = textAt(message, 5);
    return name || wordsOf(textAt(message, 6 + Buffer.byteLength(name)));
  }
  if (letter !== 'B') return undefined;
  const portal = textAt(message, 5);
  return textAt(message, 6 + Buffer.byteLength(portal)) || undefined;
}

type Armed = {
  readonly statement: string;
  readonly when: When;
  left: number;
  readonly reach: (cut: () => void) => void;
};

/** One connection: statements are counted in as they end with a sync, and out as the server is ready again. */
function connectThrough(
  client: Socket,
  upstream: Socket,
  passed: string[],
  armed: Set<Armed>,
): void {
  const sent = { bytes: Buffer.alloc(0), started: false };
  const heard = { bytes: Buffer.alloc(0), started: true };
  const underway: { statement: string; stop?: Armed | undefined }[] = [{ statement: 'the start' }];
  let unit: Buffer[] = [];
  let name = '';
  let isStopped = false;

  function stop(at: Armed): void {
    isStopped = true;
    armed.delete(at);
    at.reach(() => {
      client.destroy();
      upstream.destroy();
    });
  }

  function find(statement: string, when: When): Armed | undefined {
    for (const each of armed) {
      if (each.statement === statement && each.when === when && --each.left <= 0) return each;
    }
    return undefined;
  }

  client.on('data', (data) => {
    for (const message of takeMessages(sent, data)) {
      // What was sent in one breath with the last statement stays behind, too.
      if (isStopped || underway.at(-1)?.stop) return;
      name ||= statementOf(message) ?? '';
      unit.push(message);
      const isWhole = message[0] === SYNC || letterOf(message) === 'Q';
      if (!isWhole) {
        // The start, a goodbye, an answer to the server's question: nothing to wait for.
        if (name === '') upstream.write(Buffer.concat(unit.splice(0)));
        continue;
      }
      const before = find(name, 'before');
      if (before) return stop(before);
      passed.push(name);
      underway.push({ statement: name, stop: find(name, 'done') });
      upstream.write(Buffer.concat(unit));
      unit = [];
      name = '';
    }
  });
  upstream.on('data', (data) => {
    const passing: Buffer[] = [];
    for (const message of takeMessages(heard, data)) {
      if (isStopped) break;
      const [first] = underway;
      const isReady = message[0] === READY;
      if (!first?.stop) passing.push(message);
      else if (isReady) stop(first.stop);
      if (isReady) underway.shift();
    }
    if (passing.length > 0) client.write(Buffer.concat(passing));
  });
}

const dial = ({ host = 'localhost', port = 5432 }: pg.PoolConfig) =>
  host.startsWith('/') ? connect(`${host}/.s.PGSQL.${port}`) : connect(port, host);

/** Listens on a free port; each connection to it goes on to the target. */
export async function openWire(target: pg.PoolConfig): Promise<DatabaseWire> {
  const sockets = new Set<Socket>();
  const armed = new Set<Armed>();
  const passed: string[] = [];
  const server: Server = createServer((client) => {
    const upstream = dial(target);
    const ends: [Socket, Socket][] = [
      [client, upstream],
      [upstream, client],
    ];
    for (const [socket, other] of ends) {
      sockets.add(socket);
      socket.setNoDelay(true);
      socket.on('error', () => undefined);
      socket.on('close', () => {
        sockets.delete(socket);
        // What is on its way still arrives, such as the reason why a connection ends.
        other.end();
      });
    }
    connectThrough(client, upstream, passed, armed);
  });
  await new Promise<void>((resolve) => server.listen(0, 'localhost', resolve));
  const { port } = server.address() as AddressInfo;
  const connection = { ...target, host: 'localhost', port };
  return {
    url: urlOf(connection),
    connection,
    passed,
    forget: () => {
      passed.length = 0;
    },
    stopAt(statement, when, nth = 1) {
      let cut = () => {};
      let reach: Armed['reach'] = () => {};
      const reached = new Promise<void>((resolve) => {
        reach = (cutIt) => {
          cut = cutIt;
          resolve();
        };
      });
      const each: Armed = { statement, when, left: nth, reach };
      armed.add(each);
      return { reached, cut: () => cut(), disarm: () => armed.delete(each) };
    },
    async close() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
