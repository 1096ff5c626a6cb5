/** Owns admission: how much may wait for a verdict, and how much of it may be one address's. It looks at counts alone. */
import { createBodiesOnTheWay } from './bodies-on-the-way.ts';

export type AdmissionParts = {
  readonly paymentsMax: number;
  readonly bytesMax: number;
  readonly nowMs: () => number;
  /** At least 0 and below 1: phones that were turned away together must not come back together. */
  readonly fraction: () => number;
};

/** The place of one upload, from its headers to its answer. */
export type Place = {
  /** Its body is here: so many payments wait from now on. False when there is no room for them. */
  hold(payments: number): boolean;
  leave(): void;
};

export type Admission = {
  /**
   * Asked before a body is read, which is `bytes` long at most and brings `paymentsLeast` at least.
   * Undefined when there is no room. `giveWay` ends an upload whose body does not come, of an address
   * that has announced plenty, for one that has nothing here.
   */
  enter(
    address: string,
    bytes: number,
    paymentsLeast: number,
    giveWay: () => void,
  ): Place | undefined;
  /** When to come back, said to who found no room: the longer what is here has to wait, the later. */
  retryAfterS(): number;
};

/** Of the bytes that may wait, what one address may have announced and still never gives way. */
const PLENTY = 1 / 64;
const RETRY_AFTER_S_MAX = 30;
/** Long enough that neither a pause nor a burst passes for the pace of settlement. */
const PACE_SPAN_MS = 1000;

type Budget = {
  total(): number;
  holds(owner: string): boolean;
  fits(owner: string, amount: number): boolean;
  take(owner: string, amount: number): void;
};

/** Whoever holds something may go on to as much as stays free: always room for somebody who holds nothing. */
function createBudget(max: number): Budget {
  const shares = new Map<string, number>();
  let total = 0;
  return {
    total: () => total,
    holds: (owner) => shares.has(owner),
    fits(owner, amount) {
      const share = shares.get(owner) ?? 0;
      const free = max - total - amount;
      return free >= 0 && (share === 0 || share + amount <= free);
    },
    take(owner, amount) {
      total += amount;
      const share = (shares.get(owner) ?? 0) + amount;
      if (share > 0) shares.set(owner, share);
      else shares.delete(owner);
    },
  };
}

type Pace = {
  /** So many payments begin to wait where none waited before. */
  begin(nowMs: number): void;
  end(payments: number, nowMs: number): void;
  msPerPayment(): number;
};

/** How long a payment takes while there is work, not counting the time without. */
function createPace(): Pace {
  let markMs = 0;
  let spanMs = 0;
  let count = 0;
  let msPerPayment = 0;
  return {
    begin(nowMs) {
      markMs = nowMs;
    },
    end(payments, nowMs) {
      spanMs += nowMs - markMs;
      count += payments;
      markMs = nowMs;
      if (spanMs < PACE_SPAN_MS || count === 0) return;
      msPerPayment = spanMs / count;
      spanMs = 0;
      count = 0;
    },
    msPerPayment: () => msPerPayment,
  };
}

export function createAdmission(parts: AdmissionParts): Admission {
  const { nowMs, fraction } = parts;
  const payments = createBudget(parts.paymentsMax);
  const bytes = createBudget(parts.bytesMax);
  const pace = createPace();
  const onTheWay = createBodiesOnTheWay(parts.bytesMax * PLENTY, nowMs);
  // A set remembers the order of insertion: the first has waited longest.
  const waitingSinceMs = new Set<{ readonly sinceMs: number }>();

  function behindMs(): number {
    const [oldest] = waitingSinceMs;
    const ageMs = oldest ? nowMs() - oldest.sinceMs : 0;
    return Math.max(ageMs, payments.total() * pace.msPerPayment());
  }

  function openPlace(address: string, bytesHeld: number, giveWay: () => void): Place {
    let held = 0;
    let isOpen = true;
    const wait = { sinceMs: 0 };
    bytes.take(address, bytesHeld);
    const place: Place = {
      hold(count) {
        onTheWay.remove(body);
        if (!payments.fits(address, count)) return false;
        wait.sinceMs = nowMs();
        if (payments.total() === 0) pace.begin(wait.sinceMs);
        held = count;
        payments.take(address, held);
        waitingSinceMs.add(wait);
        return true;
      },
      leave() {
        if (!isOpen) return;
        isOpen = false;
        onTheWay.remove(body);
        bytes.take(address, -bytesHeld);
        payments.take(address, -held);
        if (waitingSinceMs.delete(wait)) pace.end(held, nowMs());
      },
    };
    const leaveFirst = () => {
      place.leave();
      giveWay();
    };
    const body = { address, bytes: bytesHeld, sinceMs: nowMs(), giveWay: leaveFirst };
    onTheWay.add(body);
    return place;
  }

  /** Whoever is late with much gives way to who has nothing here. */
  function makeRoom(address: string, bytesMost: number): boolean {
    while (!bytes.fits(address, bytesMost)) {
      const late = bytes.holds(address) ? undefined : onTheWay.mostLate();
      if (!late) return false;
      late.giveWay();
    }
    return true;
  }

  return {
    enter(address, bytesMost, paymentsLeast, giveWay) {
      const isRoom = payments.fits(address, paymentsLeast) && makeRoom(address, bytesMost);
      return isRoom ? openPlace(address, bytesMost, giveWay) : undefined;
    },
    retryAfterS() {
      const behindS = Math.max(1, Math.ceil(behindMs() / 1000));
      const leastS = Math.min(behindS, RETRY_AFTER_S_MAX / 2);
      return leastS + Math.floor(fraction() * (leastS + 1));
    },
  };
}
