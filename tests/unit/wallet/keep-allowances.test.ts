// When a purse is filled, with how much, and what of the server's answer is believed.
import { describe, expect, test } from 'vitest';
import type { Allowance } from '#protocol/allowance.ts';
import { accept, type Outcome, type RefusalCode, refuse } from '#protocol/refusals.ts';
import type { AllowanceBody, AllowanceGrant } from '#protocol/wire-offline.ts';
import { createAllowanceKeeper } from '#wallet/keep-allowances.ts';
import type { OfflinePurse } from '#wallet/offline-records.ts';
import type { OpenAllowance } from '#wallet/ports.ts';
import { type PurseSituation, purseStep } from '#wallet/purse-step.ts';
import type { KnownIdentity } from '#wallet/records.ts';
import { demand } from '../device/expectations.ts';
import { verifyByNode } from './paper-server.ts';
import {
  coveredPayment,
  EUR,
  filled,
  JPY,
  NOW_MS,
  PAYEE_ID,
  sampleGrant,
  samplePayment,
  WALLET,
} from './samples.ts';
import { SIGNING_IDENTITY, STRANGER_SECRET, signedAllowance } from './signed-samples.ts';

const HOUR_MS = 3_600_000;

function purseOf(spentMinor: bigint, change: Partial<Allowance> = {}): OfflinePurse {
  return { currency: EUR, wantedMinor: 50_00n, granted: { ...sampleGrant(change), spentMinor } };
}

/** `freeMinor`: what the account has beside what is set aside. */
function situationOf(freeMinor: bigint, change: Partial<PurseSituation> = {}): PurseSituation {
  const balance = { currency: EUR, amountMinor: freeMinor + 70_00n, heldMinor: 60_00n };
  const account = { ...WALLET.account, balances: [{ ...balance, owedMinor: 10_00n }] };
  return {
    wallet: { ...WALLET, account },
    identity: SIGNING_IDENTITY,
    promised: [],
    nowMs: NOW_MS,
    ...change,
  };
}

const REST = { kind: 'rest' };
const ask = (amountMinor: bigint) => ({ kind: 'ask', amountMinor });
const empty: OfflinePurse = { currency: EUR, wantedMinor: 50_00n };

describe('a purse is filled', () => {
  test('where nothing is granted, with what is wanted or what there is', () => {
    expect(purseStep(empty, situationOf(80_00n))).toEqual(ask(50_00n));
    expect(purseStep(empty, situationOf(20_00n))).toEqual(ask(20_00n));
    expect(purseStep(empty, situationOf(0n))).toEqual(REST);
    expect(purseStep({ ...empty, currency: JPY }, situationOf(80_00n))).toEqual(REST);
  });

  test('when less than half of what is wanted is left, and not before', () => {
    expect(purseStep(purseOf(25_00n), situationOf(80_00n))).toEqual(REST);
    expect(purseStep(purseOf(25_01n), situationOf(80_00n))).toEqual(ask(50_00n));
    // Of what is left and what is free, since the old allowance gives back what it has.
    expect(purseStep(purseOf(25_01n), situationOf(5_00n))).toEqual(ask(29_99n));
  });

  test('not where the account could give no more than is left', () => {
    expect(purseStep(purseOf(40_00n), situationOf(0n))).toEqual(REST);
    const uncovered = samplePayment(1, { amountMinor: 80_00n });
    expect(purseStep(purseOf(40_00n), situationOf(80_00n, { promised: [uncovered] }))).toEqual(
      REST,
    );
  });

  test('when a person wants more than twice as much', () => {
    const more = { ...purseOf(0n), wantedMinor: 120_00n };
    expect(purseStep(more, situationOf(500_00n))).toEqual(ask(120_00n));
  });

  test('when the soft count is reached', () => {
    const at = (lastSeq: number) => {
      const situation = situationOf(0n);
      return { ...situation, wallet: { ...situation.wallet, lastSeq } };
    };
    expect(purseStep(purseOf(1_00n), at(29))).toEqual(REST);
    expect(purseStep(purseOf(1_00n), at(30))).toEqual(ask(49_00n));
  });

  test('when less than half of its hours is left, by the server’s time', () => {
    const at = (elapsedMs: number) =>
      situationOf(0n, {
        identity: { ...SIGNING_IDENTITY, readAtMs: 5 },
        nowMs: 5 + elapsedMs,
      });
    expect(purseStep(purseOf(0n), at(120 * HOUR_MS))).toEqual(REST);
    expect(purseStep(purseOf(0n), at(120 * HOUR_MS + 1))).toEqual(ask(50_00n));
  });

  test('when what is here is another device’s, account’s or passkey’s', () => {
    for (const change of [
      { device: 2 },
      { account: PAYEE_ID },
      { credentialHint: filled(8, 1) },
      { server: filled(5, 1) },
    ]) {
      expect(purseStep(purseOf(0n, change), situationOf(80_00n))).toEqual(ask(50_00n));
    }
  });

  test('never while a covered promise of its own waits, until that one has run out', () => {
    const waiting = coveredPayment(1, 0n);
    const promised = [waiting];
    const later = (waiting.validUntilS + 1) * 1000;
    for (const purse of [empty, purseOf(45_00n), { ...purseOf(0n), wantedMinor: 0n }]) {
      expect(purseStep(purse, situationOf(80_00n, { promised }))).toEqual(REST);
    }
    // Nothing of the balance is kept for it: it was set aside already.
    const situation = situationOf(45_00n, { promised, nowMs: later });
    expect(purseStep(purseOf(45_00n), situation)).toEqual(ask(50_00n));
    const yen = [coveredPayment(1, 0n, { currency: JPY })];
    expect(purseStep(empty, situationOf(80_00n, { promised: yen }))).toEqual(ask(50_00n));
  });

  test('never for a frozen account', () => {
    const situation = situationOf(80_00n);
    const wallet = { ...situation.wallet, account: { ...situation.wallet.account, frozen: true } };
    expect(purseStep(empty, { ...situation, wallet })).toEqual(REST);
  });

  test('and emptied when nothing is wanted any more', () => {
    const { wantedMinor: _none, ...unwanted } = purseOf(0n);
    expect(purseStep(unwanted, situationOf(80_00n))).toEqual({ kind: 'release' });
    expect(purseStep({ currency: EUR }, situationOf(80_00n))).toEqual(REST);
  });

  test('with what the server holds for this device, where that is known', () => {
    const open = [{ id: 'another', currency: EUR, totalMinor: 50_00n, spentMinor: 10_00n }];
    // All that is free there is what the new allowance gets back from the old one.
    expect(purseStep(empty, situationOf(0n, { open }))).toEqual(ask(40_00n));
    expect(purseStep({ currency: EUR }, situationOf(0n, { open }))).toEqual({ kind: 'release' });
    const yen = [{ id: 'another', currency: JPY, totalMinor: 50_00n, spentMinor: 10_00n }];
    expect(purseStep(empty, situationOf(0n, { open: yen }))).toEqual(REST);
  });
});

/** What the sample grant is at the server, as long as it is open there. */
const OPEN: OpenAllowance = {
  id: sampleGrant().id,
  currency: EUR,
  totalMinor: 50_00n,
  spentMinor: 0n,
};

type AtServer = {
  /** Of this device; a refusal where nobody answers. */
  readonly open?: Outcome<readonly OpenAllowance[]>;
  readonly heldMinor?: bigint;
  readonly keys?: KnownIdentity;
  /** What the server is in, and what was brought back to it. */
  readonly epoch?: number;
  readonly reofferedEpoch?: number;
};

function phoneWith(
  purses: OfflinePurse[],
  answer: (body: AllowanceBody) => Outcome<AllowanceGrant>,
  { open = accept([OPEN]), heldMinor = 60_00n, keys, epoch = 1, reofferedEpoch }: AtServer = {},
) {
  let looks = 0;
  const asked: AllowanceBody[] = [];
  const released: number[] = [];
  const written: unknown[] = [];
  const dropped: (number | undefined)[] = [];
  const balance = { currency: EUR, amountMinor: 80_00n + heldMinor, heldMinor, owedMinor: 0n };
  const wallet = { ...WALLET, account: { ...WALLET.account, balances: [balance] } };
  const keeper = createAllowanceKeeper({
    store: {
      readWallet: async () => wallet,
      readIdentity: async () => ({ ...SIGNING_IDENTITY, epoch }),
      readPurses: async () => purses,
      readPromised: async () => [],
      writeGrant: async (currency, ...grant) => void written.push([currency, ...grant]),
      dropGrants: async (currency) => void dropped.push(currency),
    },
    office: {
      request: async (body) => {
        asked.push(body);
        return answer(body);
      },
      release: async ({ currency }) => {
        released.push(currency);
        return accept(undefined);
      },
      readOpen: async () => {
        looks++;
        return open;
      },
    },
    freshKeys: async () => keys,
    reofferedEpoch: async () => reofferedEpoch,
    clock: { nowMs: () => NOW_MS },
    verify: verifyByNode,
    lock: { run: (work) => work() },
  });
  return { keeper, asked, released, written, dropped, looks: () => looks };
}

const granting = (allowance: Uint8Array<ArrayBuffer>) => () => accept({ allowance, countSoft: 30 });

describe('the keeper', () => {
  test('asks for the next number of this device, and keeps what it verified', async () => {
    const allowance = signedAllowance();
    const phone = phoneWith([empty], granting(allowance));
    expect(await phone.keeper.keep()).toEqual([{ currency: EUR, step: 'ask' }]);
    const { device, credentialId } = WALLET;
    expect(phone.asked).toEqual([
      { device, credentialId, currency: EUR, amountMinor: 50_00n, firstSeq: 1 },
    ]);
    const sample = sampleGrant();
    expect(phone.written).toEqual([[EUR, { ...sample, bytes: allowance }, undefined]]);
  });

  test('says what was here when it asked, since more may be drawn on that meanwhile', async () => {
    const low = purseOf(45_00n);
    const phone = phoneWith([low], granting(signedAllowance()));
    await phone.keeper.keep();
    expect(phone.written).toMatchObject([[EUR, {}, low.granted]]);
  });

  test('asks a restored server for nothing before it has brought back there what was paid', async () => {
    for (const [reofferedEpoch, step] of [
      [undefined, 'rest'],
      [6, 'rest'],
      [7, 'ask'],
    ] as const) {
      const server = { epoch: 7, ...(reofferedEpoch && { reofferedEpoch }) };
      const phone = phoneWith([empty], granting(signedAllowance()), server);
      expect(await phone.keeper.keep()).toEqual([{ currency: EUR, step }]);
      expect(phone.asked).toHaveLength(step === 'ask' ? 1 : 0);
    }
  });

  test('asks once however often it is called meanwhile', async () => {
    const phone = phoneWith([empty], granting(signedAllowance()));
    await Promise.all([phone.keeper.keep(), phone.keeper.keep(), phone.keeper.keep()]);
    expect(phone.asked).toHaveLength(1);
  });

  test.each<[RefusalCode, Uint8Array<ArrayBuffer>]>([
    ['bytes_malformed', filled(30, 0)],
    ['server_key_unknown', signedAllowance({}, undefined, filled(8, 9))],
    ['allowance_altered', signedAllowance({}, STRANGER_SECRET)],
    ['not_guaranteed', signedAllowance({ device: 2 })],
    ['not_guaranteed', signedAllowance({ account: PAYEE_ID })],
    ['not_guaranteed', signedAllowance({ currency: JPY })],
    ['not_guaranteed', signedAllowance({ firstSeq: 2 })],
    ['not_guaranteed', signedAllowance({ credentialHint: filled(8, 1) })],
  ])('keeps nothing that is %s', async (refusal, allowance) => {
    const phone = phoneWith([empty], granting(allowance));
    expect(await phone.keeper.keep()).toEqual([{ currency: EUR, step: 'ask', refusal }]);
    expect([phone.written, phone.dropped]).toEqual([[], []]);
  });

  test.each(['device_frozen', 'allowances_stopped'] as const)(
    'drops every grant when the server says %s',
    async (refusal) => {
      const phone = phoneWith([empty], () => refuse(refusal));
      expect(await phone.keeper.keep()).toEqual([{ currency: EUR, step: 'ask', refusal }]);
      expect(phone.dropped).toEqual([undefined]);
    },
  );

  test.each(['unavailable', 'funds_short', 'not_signed_in'] as const)(
    'leaves everything as it is when the answer is %s',
    async (refusal) => {
      const phone = phoneWith([purseOf(45_00n)], () => refuse(refusal));
      expect(await phone.keeper.keep()).toEqual([{ currency: EUR, step: 'ask', refusal }]);
      expect([phone.written, phone.dropped]).toEqual([[], []]);
    },
  );

  test('gives back what is not wanted any more, and then drops it', async () => {
    const { wantedMinor: _none, ...unwanted } = purseOf(0n);
    const phone = phoneWith([unwanted], () => refuse('unavailable'));
    expect(await phone.keeper.keep()).toEqual([{ currency: EUR, step: 'release' }]);
    expect([phone.released, phone.dropped]).toEqual([[EUR], [EUR]]);
  });

  test('leaves a purse alone that has enough', async () => {
    const phone = phoneWith([purseOf(0n)], () => refuse('unavailable'));
    expect(await phone.keeper.keep()).toEqual([{ currency: EUR, step: 'rest' }]);
    expect(phone.asked).toEqual([]);
  });

  test('asks for the server’s keys once where it does not know the one that signed', async () => {
    const keyId = filled(8, 9);
    const [known] = SIGNING_IDENTITY.keys;
    const keys = { ...SIGNING_IDENTITY, keys: [{ ...demand(known), keyId }] };
    const allowance = signedAllowance({}, undefined, keyId);
    const phone = phoneWith([empty], granting(allowance), { keys });
    expect(await phone.keeper.keep()).toEqual([{ currency: EUR, step: 'ask' }]);
    expect(phone.written).toHaveLength(1);
    const other = { ...keys, server: filled(5, 1) };
    const stray = phoneWith([empty], granting(allowance), { keys: other });
    expect((await stray.keeper.keep())[0]?.refusal).toBe('server_key_unknown');
  });

  test('looks at the server where more or less is set aside than it knows of', async () => {
    const agreed = phoneWith([purseOf(0n)], () => refuse('unavailable'), { heldMinor: 50_00n });
    await agreed.keeper.keep();
    const differing = phoneWith([purseOf(0n)], () => refuse('unavailable'), { heldMinor: 60_00n });
    await differing.keeper.keep();
    const nothingWanted = phoneWith([], () => refuse('unavailable'));
    await nothingWanted.keeper.keep();
    expect([agreed.looks(), differing.looks(), nothingWanted.looks()]).toEqual([0, 1, 0]);
  });

  test('draws no more on what has ended there: by a lost answer, or because the phone was', async () => {
    // Enough is left by the phone's own word, so that it would ask for nothing.
    const ended = { open: accept([]), heldMinor: 0n };
    const frozen = phoneWith([purseOf(0n)], () => refuse('device_frozen'), ended);
    await frozen.keeper.keep();
    expect([frozen.dropped, frozen.asked.length]).toEqual([[EUR, undefined], 1]);
    const crossed = { open: accept([{ ...OPEN, id: 'another' }]), heldMinor: 60_00n };
    const lost = phoneWith([purseOf(0n)], granting(signedAllowance()), crossed);
    await lost.keeper.keep();
    expect([lost.dropped, lost.written.length]).toEqual([[EUR], 1]);
  });

  test('takes silence about what is open for no answer', async () => {
    const silent = { open: refuse('unavailable'), heldMinor: 0n };
    const phone = phoneWith([purseOf(0n)], () => refuse('unavailable'), silent);
    expect(await phone.keeper.keep()).toEqual([{ currency: EUR, step: 'rest' }]);
    expect(phone.dropped).toEqual([]);
  });
});
