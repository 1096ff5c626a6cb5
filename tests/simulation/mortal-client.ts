// Where a server process can die, or lose its connection: at any statement, before the database has it or
// after, the answer unheard. What runs above is production code on a real connection.
import pg from 'pg';

export type Doom = {
  /** Counted from here; 1 is the next. Or the next COMMIT. */
  readonly statement: number | 'COMMIT';
  readonly when: 'before' | 'after';
  /** What ends: all of the process, or one connection under it. */
  readonly ends: 'process' | 'connection';
};

export type Mortality = {
  readonly Client: typeof pg.Client;
  await(doom: Doom): void;
  /** Nothing is to happen any more. True when nothing has. */
  spare(): boolean;
  /** Settles when the process has died: nothing of it will be heard again. */
  readonly died: Promise<void>;
  readonly isDead: boolean;
  /** Its end has come, though the database may have something to do yet. */
  readonly isDoomed: boolean;
};

type Send = (...args: unknown[]) => unknown;
type Callback = (error: Error | null, result?: unknown) => void;

/** Sent at times that no seed decides. */
const UNCOUNTED = /^(SET enable_|SHOW transaction_isolation)|note_device_sequences/;

function wordsOf(statement: unknown): string {
  if (typeof statement === 'string') return statement;
  const { name, text } = Object(statement);
  return String(name ?? text);
}

const never = () => new Promise<never>(() => undefined);
const broken = () => new Error('Connection terminated unexpectedly');

type Life = { doom: Doom | undefined; left: number; doomed: boolean; isDead: boolean };

/** Counts, and says what becomes of this statement. */
function fateOf(life: Life, statement: unknown): 'passes' | Doom {
  const words = wordsOf(statement);
  if (!life.doom || UNCOUNTED.test(words)) return 'passes';
  const isReached = life.doom.statement === 'COMMIT' ? words === 'COMMIT' : --life.left <= 0;
  if (!isReached) return 'passes';
  const doom = life.doom;
  life.doom = undefined;
  return doom;
}

/** Makes the client's statements count, and lets none through once its end has come. */
function makeMortal(client: pg.Client, life: Life, onStill: () => void): { pending: number } {
  const own = { pending: 0 };
  const send = client.query.bind(client) as Send;
  const connect = client.connect.bind(client) as Send;
  let isCut = false;
  const destroy = () => {
    (
      client as unknown as { connection: { stream: { destroy(): void } } }
    ).connection.stream.destroy();
  };

  /** Sends it; its answer is heard unless the end comes with it. */
  function run(args: unknown[], unheard: boolean): unknown {
    own.pending++;
    const answered = () => {
      own.pending--;
      if (isCut && own.pending === 0) destroy();
      onStill();
    };
    const at = args.findIndex((arg) => typeof arg === 'function');
    if (at >= 0) {
      const heard = args[at] as Callback;
      args[at] = (error: Error | null, result: unknown) => {
        answered();
        if (isCut && unheard) heard(broken());
        else if (!unheard) heard(error, result);
      };
      return send(...args);
    }
    const answer = send(...args) as Promise<unknown>;
    const ended = answer.finally(answered);
    if (!unheard) return ended;
    return ended.then(
      () => (isCut ? Promise.reject(broken()) : never()),
      () => (isCut ? Promise.reject(broken()) : never()),
    );
  }

  function refuse(args: unknown[]): unknown {
    const heard = args.find((arg) => typeof arg === 'function') as Callback | undefined;
    if (!heard) return Promise.reject(broken());
    queueMicrotask(() => heard(broken()));
    return undefined;
  }

  Object.assign(client, {
    connect: (...args: unknown[]) => (life.doomed ? never() : connect(...args)),
    query(...args: unknown[]) {
      if (life.doomed) return never();
      if (isCut) return refuse(args);
      const fate = fateOf(life, args[0]);
      if (fate === 'passes') return run(args, false);
      if (fate.ends === 'process') life.doomed = true;
      else isCut = true;
      if (fate.when === 'after') return run(args, true);
      if (isCut && own.pending === 0) destroy();
      onStill();
      return isCut ? refuse(args) : never();
    },
  });
  return own;
}

export function createMortality(): Mortality {
  const life: Life = { doom: undefined, left: 0, doomed: false, isDead: false };
  const clients = new Map<pg.Client, { readonly pending: number }>();
  let tellDied = () => {};
  const died = new Promise<void>((resolve) => {
    tellDied = resolve;
  });

  /** It ends when the database has done what was sent before, so that the seed alone decides what that is. */
  function endWhenStill(): void {
    if (!life.doomed || life.isDead) return;
    if ([...clients.values()].some(({ pending }) => pending > 0)) return;
    life.isDead = true;
    for (const client of clients.keys()) {
      (
        client as unknown as { connection: { stream: { destroy(): void } } }
      ).connection.stream.destroy();
    }
    tellDied();
  }

  class MortalClient extends pg.Client {
    constructor(config?: string | pg.ClientConfig) {
      super(config);
      clients.set(this, makeMortal(this, life, endWhenStill));
      this.once('end', () => clients.delete(this));
    }
  }

  return {
    Client: MortalClient,
    await(doom) {
      life.doom = doom;
      life.left = Number(doom.statement);
    },
    spare() {
      const wasWaiting = life.doom !== undefined;
      life.doom = undefined;
      return wasWaiting;
    },
    died,
    get isDead() {
      return life.isDead;
    },
    get isDoomed() {
      return life.doomed;
    },
  };
}
