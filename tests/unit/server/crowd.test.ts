// Ten thousand phones that want the server at one moment: the relay's own pace and the server's own
// admission, in virtual time. That the relay keeps to its pace is tested beside it.
import { describe, expect, test } from 'vitest';
import { createAdmission, type Place } from '#server/payments/admission.ts';
import { outboxEntryOf } from '#wallet/records.ts';
import { createPace, type Pace } from '#wallet/relay-pace.ts';
import { samplePayment } from '../wallet/samples.ts';

const PHONES = 10_000;
const SETTLED_PER_S = 200;
/** Five seconds of work. */
const PAYMENTS_WAITING_MAX = 1_000;
const TICK_MS = 1_000;
/** What a page adds to the moment that its relay names, at most. */
const JITTER_MS = 2_000;
const BACK_OFF_MS = 5 * 60_000;
const BATCH = [outboxEntryOf(samplePayment(1))];

/** Numbers that spread evenly and are the same in every run. */
function createFractions(): () => number {
  let state = 1;
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
}

/** Each with one payment; `wakeAtMs` is absent while it waits for an answer and once it is served. */
type Phone = { readonly address: string; readonly pace: Pace; wakeAtMs?: number };

function gatherCrowd() {
  const fraction = createFractions();
  const phones = Array.from(
    { length: PHONES },
    (_, i): Phone => ({ address: `phone ${i}`, pace: createPace(fraction) }),
  );
  const queue: { readonly place: Place; readonly phone: Phone }[] = [];
  /** Requests that reached the server, by second. */
  const arrivals: number[] = [];
  let nowMs = 0;
  let isServerThere = true;
  let served = 0;
  let turnedAway = 0;
  const admission = createAdmission({
    paymentsMax: PAYMENTS_WAITING_MAX,
    bytesMax: Number.MAX_SAFE_INTEGER,
    nowMs: () => nowMs,
    fraction,
  });

  function rest(phone: Phone): void {
    phone.wakeAtMs = phone.pace.nextAttemptAtMs(nowMs) + fraction() * JITTER_MS;
  }

  function ask(phone: Phone): void {
    delete phone.wakeAtMs;
    if (!isServerThere) {
      phone.pace.failed(BATCH, nowMs);
      rest(phone);
      return;
    }
    const second = Math.floor(nowMs / 1000);
    arrivals[second] = (arrivals[second] ?? 0) + 1;
    const place = admission.enter(phone.address, 200, 1, () => undefined);
    if (place?.hold(1)) {
      queue.push({ place, phone });
      return;
    }
    turnedAway++;
    phone.pace.busy(admission.retryAfterS() * 1000, nowMs);
    rest(phone);
  }

  function settle(payments: number): void {
    for (const { place, phone } of queue.splice(0, payments)) {
      place.leave();
      phone.pace.answered();
      served++;
    }
  }

  return {
    /** Whoever is not served asks now: the phone saw its network come back. */
    everybodyAsks(): void {
      for (const phone of phones) ask(phone);
    },
    pass(ms: number): void {
      for (const endMs = nowMs + ms; nowMs < endMs; nowMs += TICK_MS) {
        settle((SETTLED_PER_S * TICK_MS) / 1000);
        for (const phone of phones) {
          if (phone.wakeAtMs !== undefined && phone.wakeAtMs <= nowMs) ask(phone);
        }
      }
    },
    serverIsThere(there: boolean): void {
      isServerThere = there;
    },
    look: () => ({ served, turnedAway, arrivals: Array.from(arrivals, (count = 0) => count) }),
  };
}

describe('ten thousand phones (F48)', () => {
  test('that get their network back in one moment are all served, and never ask at once again', () => {
    const crowd = gatherCrowd();
    crowd.everybodyAsks();
    const workMs = (PHONES / SETTLED_PER_S) * 1000;
    crowd.pass(1.2 * workMs);
    const { served, turnedAway, arrivals } = crowd.look();
    expect(served).toBe(PHONES);
    expect(arrivals[0]).toBe(PHONES);
    expect(Math.max(...arrivals.slice(1))).toBeLessThan(PHONES / 2);
    // By now the server knows its pace, and says when to come back by it.
    expect(Math.max(...arrivals.slice(5))).toBeLessThan(PHONES / 6);
    // Each turn costs the server a few counts, no signature; and there are few.
    expect(turnedAway).toBeLessThan(5 * PHONES);
  });

  test('that waited long for a server come back one by one, and none is turned away', () => {
    const crowd = gatherCrowd();
    crowd.serverIsThere(false);
    crowd.everybodyAsks();
    crowd.pass(2 * BACK_OFF_MS);
    crowd.serverIsThere(true);
    crowd.pass(BACK_OFF_MS + JITTER_MS + 1_000);
    const { served, turnedAway, arrivals } = crowd.look();
    expect(served).toBe(PHONES);
    expect(turnedAway).toBe(0);
    expect(Math.max(...arrivals)).toBeLessThan(SETTLED_PER_S);
  });
});
