// What a payee without a network may believe of a payer's screen, and what not.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { toBase32 } from '#protocol/base32.ts';
import { type Bytes, toBase64url, toUtf8 } from '#protocol/bytes.ts';
import type { RefusalCode } from '#protocol/refusals.ts';
import {
  type Presented,
  type TakingSituation,
  takenCounterfoil,
  takingKeys,
} from '#wallet/check-counterfoil.ts';
import { mirrored, pointOf } from '../../vectors/make/deterministic-es256.ts';
import { JPY, NOW_MS, PAYER_ID, WALLET } from './samples.ts';
import {
  ALLOWANCE_ID,
  coveredOrder,
  SIGNING_IDENTITY,
  STRANGER_SECRET,
  signedAllowance,
  signedAuthorization,
  signedCounterfoil,
} from './signed-samples.ts';
import {
  COUNTERFOIL,
  earlier,
  elsewhere,
  judge,
  noRequest,
  ORDER,
  PRINTED,
  REQUEST,
  said,
  situationOf,
  strangeKeys,
} from './taking-samples.ts';

const HOUR_MS = 3_600_000;
const YEARS_MS = 10 * 365 * 24 * HOUR_MS;
const NOW_S = NOW_MS / 1000;

const staticOrder = coveredOrder({ once: false });
const printedSituation = situationOf({ request: PRINTED });

/** Cover that the server signed for this very order, whatever the order breaks of it. */
const overCap = coveredOrder({ amountMinor: 20_01n });
const { spentBeforeMinor: _unsaid, ...unsaidBefore } = coveredOrder();

describe('a counterfoil that is what it says', () => {
  test('is guaranteed until its order ends, by everything that was signed', async () => {
    expect(await judge(COUNTERFOIL)).toEqual({ kind: 'guaranteed', untilS: ORDER.validUntilS });
  });

  test('is guaranteed for a printed code of this phone, as often as it is paid', async () => {
    const other = earlier(1250n, { once: false });
    const situation = situationOf({ request: PRINTED, sameRequest: [other] });
    expect(said(await judge(signedCounterfoil(staticOrder), situation))).toBe('guaranteed');
  });

  test('may bring more than was asked, and a tip above it', async () => {
    const tipped = signedCounterfoil(coveredOrder({ amountMinor: 1350n, tipMinor: 100n }));
    expect(said(await judge(tipped))).toBe('guaranteed');
    const { amountMinor: _open, ...open } = REQUEST;
    expect(said(await judge(COUNTERFOIL, situationOf({ request: open })))).toBe('guaranteed');
  });

  test('does not wait for what was refused before it', async () => {
    const refused = earlier(40_00n, { state: 'refused' });
    const situation = situationOf({
      sameRequest: [refused],
      sameAllowance: [refused],
      sameSeq: [refused],
    });
    expect(said(await judge(COUNTERFOIL, situation))).toBe('guaranteed');
  });

  test('is found whichever of the keys with this hint signed it', async () => {
    const [key] = SIGNING_IDENTITY.keys;
    const twin = { keyId: toUtf8('Key-0002'), point: pointOf(STRANGER_SECRET), active: true };
    const identity = { ...SIGNING_IDENTITY, keys: [twin, ...(key ? [key] : [])] };
    expect(said(await judge(COUNTERFOIL, situationOf({ identity })))).toBe('guaranteed');
  });

  test('is the same with the signature’s other form: it is not what names a payment', async () => {
    const bytes = COUNTERFOIL.slice();
    bytes.set(mirrored(bytes.slice(-64)), bytes.length - 64);
    expect(said(await judge(bytes))).toBe('guaranteed');
  });

  test('is stored as it was signed, with what was found', async () => {
    const presented: Presented = { kind: 'counterfoil', bytes: COUNTERFOIL };
    const verdict = await judge(COUNTERFOIL);
    if (verdict.kind === 'refused') throw new Error(verdict.code);
    expect(takenCounterfoil(presented, verdict, NOW_MS)).toMatchObject({
      state: 'taken',
      authorization: signedAuthorization(ORDER),
      payer: toBase32(PAYER_ID),
      allowance: toBase64url(ALLOWANCE_ID),
      guaranteed: true,
      requestDigest: REQUEST.digest,
      takenAtMs: NOW_MS,
    });
    expect(takenCounterfoil(presented, verdict, NOW_MS)).not.toHaveProperty('doubt');
    const keys = takingKeys(presented);
    expect(keys.ok && keys.value).toEqual({
      id: expect.any(String),
      requestDigest: REQUEST.digest,
      payer: toBase32(PAYER_ID),
      once: true,
      device: 1,
      seq: 1,
      allowance: toBase64url(ALLOWANCE_ID),
    });
  });
});

const stranger = { secret: STRANGER_SECRET };
const twin = earlier(1n);
const late = coveredOrder({ authorizedAtS: NOW_S + 1201, validUntilS: NOW_S + 9_000 });

/** Each code with what earns it, and only it and later ones. In the order of the checks. */
const REFUSED: [RefusalCode, Bytes, TakingSituation][] = [
  ['bytes_malformed', COUNTERFOIL.slice(1), situationOf({ identity: elsewhere })],
  ['wrong_server', COUNTERFOIL, situationOf({ identity: elsewhere, wallet: WALLET })],
  ['counterfoil_other_payee', COUNTERFOIL, situationOf({ wallet: WALLET, known: true })],
  ['counterfoil_seen', COUNTERFOIL, situationOf({ known: true, identity: strangeKeys })],
  ['counterfoil_seen', COUNTERFOIL, situationOf({ sameSeq: [twin], identity: strangeKeys })],
  ['server_key_unknown', COUNTERFOIL, situationOf({ identity: strangeKeys })],
  [
    'allowance_altered',
    signedCounterfoil(ORDER, signedAllowance({}, STRANGER_SECRET), stranger),
    situationOf(),
  ],
  [
    'assertion_user_verification',
    signedCounterfoil(ORDER, signedAllowance(), { flags: 0x19 }),
    noRequest,
  ],
  [
    'assertion_origin',
    signedCounterfoil(ORDER, signedAllowance(), { origin: 'https://else.example' }),
    noRequest,
  ],
  ['assertion_signature', signedCounterfoil(ORDER, signedAllowance(), stranger), noRequest],
  ['counterfoil_other_request', COUNTERFOIL, noRequest],
  ['counterfoil_other_request', COUNTERFOIL, printedSituation],
  ['request_expired', signedCounterfoil(late), situationOf({ sameRequest: [twin] })],
  [
    'request_already_paid',
    signedCounterfoil(coveredOrder({ amountMinor: 1n })),
    situationOf({ sameRequest: [twin] }),
  ],
  [
    'request_already_paid',
    COUNTERFOIL,
    situationOf({
      request: {
        ...REQUEST,
        paid: {
          ...REQUEST,
          paymentId: 'x',
          tipMinor: 0n,
          amountMinor: 1n,
          payerName: '',
          atMs: 0,
          asAsked: true,
        },
      },
    }),
  ],
  [
    'counterfoil_other_amount',
    signedCounterfoil(coveredOrder({ amountMinor: 1249n })),
    situationOf(),
  ],
  [
    'counterfoil_other_amount',
    signedCounterfoil(coveredOrder({ amountMinor: 1350n, tipMinor: 101n })),
    situationOf({ sameAllowance: [earlier(50_00n)] }),
  ],
  [
    'counterfoil_other_amount',
    COUNTERFOIL,
    situationOf({ request: { ...REQUEST, currency: JPY } }),
  ],
];

const PROMISED: [RefusalCode, Bytes, TakingSituation][] = [
  [
    'counterfoil_other_request',
    signedCounterfoil(coveredOrder({ once: false, amountMinor: 20_01n })),
    situationOf(),
  ],
  ['counterfoil_other_request', signedCounterfoil(staticOrder), noRequest],
  [
    'counterfoil_other_amount',
    signedCounterfoil(staticOrder),
    situationOf({ request: { ...PRINTED, amountMinor: 20_00n } }),
  ],
  ['not_guaranteed', signedCounterfoil(unsaidBefore), situationOf()],
  ['counterfoil_over_cap', signedCounterfoil(overCap), situationOf()],
  [
    'counterfoil_over_total',
    signedCounterfoil(coveredOrder({ spentBeforeMinor: 37_51n })),
    situationOf(),
  ],
  [
    'counterfoil_over_count',
    signedCounterfoil(coveredOrder({ seq: 61 })),
    situationOf({ sameAllowance: [earlier(50_00n)] }),
  ],
  [
    'counterfoil_expired',
    signedCounterfoil(coveredOrder({ validUntilS: NOW_S + 240 * 3600 + 1 })),
    situationOf({ sameAllowance: [earlier(50_00n)] }),
  ],
  [
    'counterfoil_over_total',
    COUNTERFOIL,
    situationOf({ sameAllowance: [earlier(20_00n), earlier(17_51n)], nowMs: NOW_MS + YEARS_MS }),
  ],
  ['counterfoil_expired', COUNTERFOIL, situationOf({ nowMs: NOW_MS + 169 * HOUR_MS })],
  [
    'counterfoil_expired',
    signedCounterfoil(ORDER, signedAllowance({ validFromS: NOW_S + 3 * 3600 })),
    situationOf(),
  ],
  ['clock_doubtful', COUNTERFOIL, situationOf({ nowMs: NOW_MS - 1 })],
  [
    'clock_doubtful',
    signedCounterfoil(coveredOrder({ authorizedAtS: NOW_S + 3601, validUntilS: NOW_S + 9_000 })),
    situationOf({ nowMs: NOW_MS, request: { ...REQUEST, validUntilS: NOW_S + 9_000 } }),
  ],
];

describe('a counterfoil is refused by the first thing that is wrong with it', () => {
  test.each(REFUSED)('%s', async (code, bytes, situation) => {
    expect(await judge(bytes, situation)).toEqual({ kind: 'refused', code });
  });
});

describe('a counterfoil that is for this payee and signed, but not sure, is a promise', () => {
  test.each(PROMISED)('%s', async (code, bytes, situation) => {
    expect(await judge(bytes, situation)).toEqual({ kind: 'promise', code });
  });

  test('and is stored with the doubt', async () => {
    const bytes = signedCounterfoil(overCap);
    const verdict = await judge(bytes);
    if (verdict.kind === 'refused') throw new Error(verdict.code);
    const taken = takenCounterfoil({ kind: 'counterfoil', bytes }, verdict, NOW_MS);
    expect([taken.guaranteed, taken.doubt]).toEqual([false, 'counterfoil_over_cap']);
  });
});

describe('the limits of time', () => {
  test('a request may be approved five minutes late, by two clocks that never agree', async () => {
    const change = { authorizedAtS: NOW_S + 1200, validUntilS: NOW_S + 9_000 };
    expect(said(await judge(signedCounterfoil(coveredOrder(change))))).toBe('guaranteed');
  });

  test('an allowance may begin an hour ahead of this phone’s time', async () => {
    const soon = signedAllowance({ validFromS: NOW_S + 3600 });
    const situation = situationOf({ nowMs: NOW_MS });
    expect(said(await judge(signedCounterfoil(ORDER, soon), situation))).toBe('guaranteed');
  });

  test.each([-YEARS_MS, -1, 1, YEARS_MS])(
    'a clock that is off by %i ms says the same',
    async (skewMs) => {
      const identity = { ...SIGNING_IDENTITY, readAtMs: NOW_MS + skewMs };
      const situation = (ms: number) => situationOf({ identity, nowMs: NOW_MS + ms + skewMs });
      expect(said(await judge(COUNTERFOIL, situation(60_000)))).toBe('guaranteed');
      expect(said(await judge(COUNTERFOIL, situation(23 * HOUR_MS)))).toBe('guaranteed');
      expect(said(await judge(COUNTERFOIL, situation(150 * HOUR_MS)))).toBe('guaranteed');
      expect(said(await judge(COUNTERFOIL, situation(-1)))).toBe('promise clock_doubtful');
      expect(said(await judge(COUNTERFOIL, situation(169 * HOUR_MS)))).toBe(
        'promise counterfoil_expired',
      );
    },
  );
});

describe('no byte of a counterfoil may change', () => {
  test('at any place, to any other value, it is refused and there is nothing to store', async () => {
    const places = fc.integer({ min: 0, max: COUNTERFOIL.length - 1 });
    const changes = fc.integer({ min: 1, max: 255 });
    const refusedAt = async (place: number, change: number) => {
      const bytes = COUNTERFOIL.slice();
      bytes[place] = (bytes[place] ?? 0) ^ change;
      expect((await judge(bytes)).kind, `byte ${place} ^ ${change}`).toBe('refused');
    };
    // Every place by one bit, high and low, and beyond that whatever comes.
    for (let place = 0; place < COUNTERFOIL.length; place++) {
      await refusedAt(place, 1);
      await refusedAt(place, 0x80);
    }
    await fc.assert(fc.asyncProperty(places, changes, refusedAt), { numRuns: 500 });
  });

  test('nor may one be missing, or one come after it', async () => {
    for (const length of [0, 1, 100, COUNTERFOIL.length - 64, COUNTERFOIL.length - 1]) {
      expect((await judge(COUNTERFOIL.slice(0, length))).kind).toBe('refused');
    }
    const longer = new Uint8Array([...COUNTERFOIL, 0]);
    expect((await judge(longer)).kind).toBe('refused');
  });

  test('nor may the allowance be another one that the server signed', async () => {
    // Everything but where the cover ends is the same; the signature is genuine, for another total.
    const richer = signedCounterfoil(ORDER, signedAllowance({ totalMinor: 500_00n }));
    const bytes = COUNTERFOIL.slice();
    bytes.set(richer.slice(-64), bytes.length - 64);
    expect(await judge(bytes)).toEqual({ kind: 'refused', code: 'allowance_altered' });
  });
});
