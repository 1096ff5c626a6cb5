/** Owns the list of uploads whose bodies have not come yet, and who of them gives way when there is no room. */

export type OnTheWay = {
  readonly address: string;
  readonly bytes: number;
  readonly sinceMs: number;
  /** Ends it and leaves its place. */
  readonly giveWay: () => void;
};

/** Sooner than that nobody is late, on whatever link. */
const IN_GOOD_TIME_MS = 5_000;

type Share = { bytes: number; readonly bodies: Set<OnTheWay> };

/** `plentyBytes`: who has announced no more than that never gives way. */
export function createBodiesOnTheWay(plentyBytes: number, nowMs: () => number) {
  const shares = new Map<string, Share>();
  return {
    add(body: OnTheWay): void {
      const share = shares.get(body.address) ?? { bytes: 0, bodies: new Set() };
      share.bytes += body.bytes;
      share.bodies.add(body);
      shares.set(body.address, share);
    },
    /** It has come, or never will. */
    remove(body: OnTheWay): void {
      const share = shares.get(body.address);
      if (!share?.bodies.delete(body)) return;
      share.bytes -= body.bytes;
      if (share.bodies.size === 0) shares.delete(body.address);
    },
    /** The longest on its way of the address that has announced most, of those with a body that is late. */
    mostLate(): OnTheWay | undefined {
      const lateMs = nowMs() - IN_GOOD_TIME_MS;
      let mostBytes = plentyBytes;
      let found: OnTheWay | undefined;
      for (const { bytes, bodies } of shares.values()) {
        if (bytes <= mostBytes) continue;
        // A set remembers the order of insertion.
        const [first] = bodies;
        if (!first || first.sinceMs > lateMs) continue;
        mostBytes = bytes;
        found = first;
      }
      return found;
    },
  };
}
