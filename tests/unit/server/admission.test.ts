import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type AdmissionParts, createAdmission, type Place } from '#server/payments/admission.ts';

function openDoor(change: Partial<AdmissionParts> = {}) {
  let now = 0;
  const admission = createAdmission({
    paymentsMax: 100,
    bytesMax: 10_000,
    nowMs: () => now,
    fraction: () => 0,
    ...change,
  });
  const gone: string[] = [];
  const enter = (address: string, bytes: number, payments: number) =>
    admission.enter(address, bytes, payments, () => gone.push(address));
  return {
    ...admission,
    enter,
    gone,
    /** An upload whose body is here; undefined when it was turned away at either door. */
    bring(address: string, payments: number, bytes = payments): Place | undefined {
      const place = enter(address, bytes, 1);
      if (place?.hold(payments)) return place;
      place?.leave();
      return undefined;
    },
    advance(ms: number) {
      now += ms;
    },
  };
}

describe('a queue', () => {
  test('takes no more payments than may wait, and takes them again when some have left', () => {
    const door = openDoor();
    const places = Array.from({ length: 100 }, (_, i) => door.bring(`address ${i}`, 1));
    expect(places.every((place) => place !== undefined)).toBe(true);
    expect(door.bring('late', 1)).toBeUndefined();
    places[0]?.leave();
    expect(door.bring('late', 1)).toBeDefined();
  });

  test('that is full turns away before the body is read', () => {
    const door = openDoor();
    door.bring('a', 100);
    expect(door.enter('b', 300, 1)).toBeUndefined();
  });

  test('turns away before the body is read what cannot fit, however little waits', () => {
    const door = openDoor();
    door.bring('a', 95);
    expect(door.enter('b', 300, 5)).toBeDefined();
    expect(door.enter('b', 300, 6)).toBeUndefined();
  });

  test('counts the bytes that are still on their way', () => {
    const door = openDoor();
    const slow = [1, 2, 3, 4].map((i) => door.enter(`slow ${i}`, 2_500, 1));
    expect(door.enter('b', 1, 1)).toBeUndefined();
    slow[0]?.leave();
    expect(door.enter('b', 2_500, 1)).toBeDefined();
  });

  test('a body that never comes takes no place from payments', () => {
    const door = openDoor();
    for (let i = 0; i < 30; i++) expect(door.enter(`slow ${i}`, 100, 1)).toBeDefined();
    expect(door.bring('b', 100)).toBeDefined();
  });

  test('leaving twice gives back once', () => {
    const door = openDoor();
    const place = door.bring('a', 60);
    door.bring('b', 40);
    place?.leave();
    place?.leave();
    expect(door.bring('c', 60)).toBeDefined();
    expect(door.bring('d', 1)).toBeUndefined();
  });
});

describe('one address', () => {
  test('gets half of an empty queue and no more, however often it asks', () => {
    const door = openDoor();
    let taken = 0;
    for (let i = 0; i < 100; i++) if (door.bring('greedy', 1)) taken++;
    expect(taken).toBe(50);
    expect(door.bring('somebody else', 50)).toBeDefined();
  });

  test('cannot fill the queue with bodies that do not come', () => {
    const door = openDoor();
    for (let i = 0; i < 100; i++) door.enter('greedy', 1_000, 1);
    expect(door.enter('somebody else', 5_000, 1)).toBeDefined();
  });

  test('that holds nothing may bring as much as fits', () => {
    const door = openDoor();
    expect(door.bring('a', 100)).toBeDefined();
  });

  test('finds room while others are greedy, however many they are', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(30), { minLength: 1, maxLength: 500 }), (uploads) => {
        const door = openDoor({ paymentsMax: 1_000, bytesMax: 1_000_000 });
        const greedy = new Set(uploads);
        for (const address of uploads) door.bring(`greedy ${address}`, 5);
        // With k who hold as much as is left free, the free part is one of k + 1.
        const free = Math.floor(1_000 / (greedy.size + 1)) - 5;
        expect(door.bring('newcomer', Math.max(1, free))).toBeDefined();
      }),
    );
  });
});

describe('bodies that do not come', () => {
  /** Each takes as much as it may, until the next would be one of many. */
  function fillByMany(door: ReturnType<typeof openDoor>): void {
    for (let i = 0; i < 12; i++) while (door.enter(`late ${i}`, 50, 1));
  }

  test('give way, as many as it takes, to who has nothing here', () => {
    const door = openDoor();
    fillByMany(door);
    expect(door.enter('newcomer', 120, 1)).toBeUndefined();
    door.advance(5_000);
    expect(door.enter('newcomer', 120, 1)).toBeDefined();
    expect(door.gone).toEqual(['late 0', 'late 0', 'late 0']);
    // Who has something here waits like everybody else.
    expect(door.enter('newcomer', 120, 1)).toBeUndefined();
  });

  test('do so also where who announced most is always in good time', () => {
    const door = openDoor();
    door.enter('late', 3_000, 1);
    door.advance(5_000);
    door.enter('busy', 5_000, 1);
    expect(door.enter('newcomer', 2_500, 1)).toBeDefined();
    expect(door.gone).toEqual(['late']);
  });

  test('do so only where plenty was announced, and never once they are here', () => {
    const door = openDoor({ bytesMax: 6_400 });
    for (let i = 0; i < 32; i++) door.enter(`slow ${i}`, 100, 1);
    for (let i = 0; i < 32; i++) door.bring(`here ${i}`, 1, 100);
    door.advance(60_000);
    expect(door.enter('newcomer', 100, 1)).toBeUndefined();
    expect(door.gone).toEqual([]);
  });
});

describe('the time to come back', () => {
  test('is a second at least', () => {
    const door = openDoor();
    expect(door.retryAfterS()).toBe(1);
    door.bring('a', 1);
    expect(door.retryAfterS()).toBe(1);
  });

  test('grows with the age of what waits longest, and falls when that is settled', () => {
    const door = openDoor();
    const place = door.bring('a', 1);
    door.advance(4_000);
    expect(door.retryAfterS()).toBe(4);
    door.advance(3_000);
    expect(door.retryAfterS()).toBe(7);
    place?.leave();
    expect(door.retryAfterS()).toBe(1);
  });

  test('grows with the queue, by the pace at which payments were settled', () => {
    const door = openDoor();
    const place = door.bring('a', 10);
    door.advance(2_000);
    place?.leave();
    // A pause is no slowness: only the time with work counts.
    door.advance(60_000);
    door.bring('a', 20);
    expect(door.retryAfterS()).toBe(4);
    door.bring('b', 20);
    expect(door.retryAfterS()).toBe(8);
  });

  test('is spread, and half a minute at most', () => {
    const soon = openDoor({ fraction: () => 0.999 });
    expect(soon.retryAfterS()).toBe(2);
    const answers = [0, 0.5, 0.999].map((fraction) => {
      const late = openDoor({ fraction: () => fraction });
      late.bring('a', 1);
      late.advance(3_600_000);
      return late.retryAfterS();
    });
    expect(answers).toEqual([15, 23, 30]);
  });
});
