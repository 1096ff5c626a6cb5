// Where a process can be stopped: before and after everything it asks of its storage or network. The
// simulation opens one gate at a time, so that the seed alone decides what happens first.

export type Gates = {
  /** Waits until it is opened; for ever in a process that died. */
  at(label: string): Promise<void>;
  /** Something the process does from here to its end; it may wait at gates meanwhile. */
  run(work: () => Promise<unknown>): void;
  /** Waits for what another activity of this process does: its gates are the ones to open. */
  join<T>(work: Promise<T>): Promise<T>;
  readonly waiting: readonly string[];
  /** Opens the gate at this place and waits until the process stands at gates again, or has ended. */
  open(place: number): Promise<void>;
  /** From now on no gate holds anybody. */
  openAll(): void;
  /** The same, after everything that waits has gone on to its end, one gate at a time, the oldest first. */
  openInTurn(): Promise<void>;
  /** Waits until everything that runs has ended. */
  ended(): Promise<void>;
  die(): void;
};

type Gate = { readonly label: string; readonly open: () => void };

export function createGates(onFault: (fault: unknown) => void): Gates {
  let gates: Gate[] = [];
  let running = 0;
  let dead = false;
  let open = false;
  let changed = () => {};

  /** Nothing moves any more until a gate is opened. */
  function still(): Promise<void> {
    return new Promise((resolve) => {
      changed = () => {
        if (dead || running === gates.length) resolve();
      };
      changed();
    });
  }

  async function openAt(place: number): Promise<void> {
    const [gate] = gates.splice(place, 1);
    gate?.open();
    await still();
  }

  return {
    at(label) {
      if (dead) return new Promise(() => undefined);
      if (open) return Promise.resolve();
      return new Promise((resolve) => {
        gates.push({ label, open: resolve });
        changed();
      });
    },
    run(work) {
      running++;
      work()
        .catch(onFault)
        .finally(() => {
          running--;
          changed();
        });
    },
    async join(work) {
      running--;
      changed();
      try {
        return await work;
      } finally {
        running++;
      }
    },
    get waiting() {
      return dead ? [] : gates.map(({ label }) => label);
    },
    open: openAt,
    openAll() {
      open = true;
      const held = gates;
      gates = [];
      for (const gate of held) gate.open();
    },
    async openInTurn() {
      while (gates.length > 0 && !dead) await openAt(0);
      open = true;
    },
    ended: () =>
      new Promise((resolve) => {
        changed = () => {
          if (dead || running === 0) resolve();
        };
        changed();
      }),
    die() {
      dead = true;
      changed();
    },
  };
}

/** Every method of the object waits at a gate before it acts, and at another before it answers. */
export function gated<T extends object>(
  inner: T,
  gates: Gates,
  mayFail: () => 'no' | 'before' | 'after',
  fault: () => Error,
): T {
  return new Proxy(inner, {
    get(target, key, receiver) {
      const method: unknown = Reflect.get(target, key, receiver);
      if (typeof method !== 'function') return method;
      return async (...args: unknown[]) => {
        await gates.at(String(key));
        const fails = mayFail();
        if (fails === 'before') throw fault();
        const answer: unknown = await Reflect.apply(method, target, args);
        await gates.at(`${String(key)} done`);
        if (fails === 'after') throw fault();
        return answer;
      };
    },
  });
}
