// What happened in a run, in words and in numbers.

export type Event = { readonly step: number; readonly atMs: number; readonly text: string };

export type Chronicle = {
  /** From now on it is this step, at this time. */
  turn(step: number): void;
  tell(text: string): void;
  /** A fault that was injected, of this kind; told in words if any are given. */
  fault(kind: string, text?: string): void;
  /** A payment in a few letters: the first that anybody was told of is #1. */
  nameOf(id: string): string;
  /** The text, with its payments named. */
  naming(text: string): string;
  readonly events: readonly Event[];
  readonly faults: Readonly<Record<string, number>>;
};

const PAYMENT_ID = /[A-Za-z0-9_-]{43}/g;

export function createChronicle(nowMs: () => number): Chronicle {
  const events: Event[] = [];
  const faults: Record<string, number> = {};
  const names = new Map<string, string>();
  let now = 0;
  function tell(text: string): void {
    events.push({ step: now, atMs: nowMs(), text });
  }
  return {
    turn(step) {
      now = step;
    },
    tell,
    fault(kind, text) {
      faults[kind] = (faults[kind] ?? 0) + 1;
      if (text !== undefined) tell(text);
    },
    nameOf(id) {
      const name = names.get(id) ?? `#${names.size + 1}`;
      names.set(id, name);
      return name;
    },
    naming: (text) => text.replaceAll(PAYMENT_ID, (id) => names.get(id) ?? id),
    events,
    faults,
  };
}
