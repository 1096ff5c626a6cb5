/** Owns the verdicts of one group over its books, one payment after the other. Pure. */
import { type Bytes, equalBytes } from '#protocol/bytes.ts';
import type { Order } from '#protocol/order.ts';
import { assert } from '#protocol/refusals.ts';
import type { AllowanceBook, AllowanceRow, PaymentSource } from './allowance-book.ts';
import { unspentMinor } from './allowance-book.ts';
import { type Books, keyOf } from './books.ts';
import { type Decision, decidePayment, type PaymentRules } from './decide.ts';
import { type Advance, advance, isGuaranteeLocked } from './guarantee.ts';
import { isAwaiting, mayBeForgotten } from './lost-time.ts';
import type { SettledPayment, VerifiedPayment } from './payment-rows.ts';
import { closeReplaced, decideStanding } from './standing-verdict.ts';

/** A number that a covered order has used. */
export type PromisedNumber = {
  readonly payer: Bytes;
  readonly device: number;
  readonly seq: number;
  readonly paymentId: Bytes;
};

export type Group = {
  readonly payments: readonly VerifiedPayment[];
  readonly isKnown: (paymentId: Bytes) => boolean;
  readonly books: Books;
  readonly allowances: AllowanceBook;
  /** Of covered orders that were settled before; of one number the first. */
  readonly promised: readonly PromisedNumber[];
  /** Of transfers: two for each payment when the guarantee's row is locked, else one. */
  readonly numbers: readonly bigint[];
  readonly rules: PaymentRules;
  /** Of the server's histories, the one that these books belong to. */
  readonly epoch: number;
  readonly nowS: number;
};

export type Settled = {
  readonly payment: VerifiedPayment;
  readonly settled: SettledPayment;
  /** The allowance that covers it, whatever the verdict. */
  readonly allowance?: Bytes;
  readonly source?: PaymentSource;
};

/** A promise that no honest wallet makes: a second one, or one whose money was taken away again. */
export type DoublePromise = {
  readonly account: Bytes;
  readonly device: number;
  readonly allowance: Bytes;
  /** `beyond-funds`: neither its allowance nor what was free could pay it. */
  readonly kind: 'same-number' | 'over-total' | 'beyond-funds';
  readonly first: Bytes | null;
  readonly second: Bytes;
};

/** Why a payment gets no verdict. `restored_lately`: there may be another one, which has yet to come back. */
export type UnsignedCode = Extract<Decision, { verdict: 'none' }>['code'] | 'restored_lately';

export type GroupVerdicts = {
  readonly settled: readonly Settled[];
  /** By the key of the id: what gets no verdict. */
  readonly unsigned: ReadonlyMap<string, UnsignedCode>;
  readonly advances: readonly Advance[];
  readonly doublePromises: readonly DoublePromise[];
};

const numberKey = ({ payer, device, seq }: Pick<Order, 'payer' | 'device' | 'seq'>) =>
  `${keyOf(payer)} ${device} ${seq}`;

function settledOf(
  { id, order }: VerifiedPayment,
  decision: Exclude<Decision, { verdict: 'none' }>,
  transfer: bigint | undefined,
  nowS: number,
): SettledPayment {
  const { amountMinor, currency, payer, payee } = order;
  const { verdict } = decision;
  const said = { paymentId: id, verdict, amountMinor, currency, payer, payee, settledAtS: nowS };
  // Nothing here is spread and added to: that makes a shape of its own each time, which costs microseconds.
  if (decision.verdict !== 'accepted') return Object.assign(said, { code: decision.code });
  return transfer === undefined ? said : Object.assign(said, { transfer });
}

const accusation = ({ id, order }: VerifiedPayment, cover: AllowanceRow) => ({
  account: order.payer,
  device: order.device,
  allowance: cover.id,
  second: id,
});

/** An honest wallet neither gives its allowance back nor replaces it while promises are under way. */
const isBeyondFunds = (decision: Decision) =>
  decision.verdict === 'accepted'
    ? decision.source === 'guarantee'
    : decision.code === 'allowance_overspent';

/** Payees check the order under the one passkey that the allowance names. */
const isNamedBy = (cover: AllowanceRow | undefined, credential: Bytes) =>
  cover !== undefined && equalBytes(cover.credential, credential);

class GroupDecision {
  readonly settled: Settled[] = [];
  readonly unsigned = new Map<string, UnsignedCode>();
  readonly advances: Advance[] = [];
  readonly doublePromises: DoublePromise[] = [];
  /** A payment cannot be decided before the guarantee's row is locked, too. */
  needsGuarantee = false;
  readonly #group: Group;
  #numbersTaken = 0;
  readonly #promised = new Map<string, Bytes>();

  constructor(group: Group) {
    this.#group = group;
    for (const number of group.promised) {
      const key = numberKey(number);
      if (!this.#promised.has(key)) this.#promised.set(key, number.paymentId);
    }
  }

  #nextTransfer(): bigint {
    const transfer = this.#group.numbers[this.#numbersTaken++];
    assert(transfer !== undefined, 'a transfer has a number');
    return transfer;
  }

  #proofsAgainst(payment: VerifiedPayment, cover: AllowanceRow): DoublePromise[] {
    const { id, order } = payment;
    const about = accusation(payment, cover);
    const first = this.#promised.get(numberKey(order));
    this.#promised.set(numberKey(order), first ?? id);
    const proofs: DoublePromise[] = [];
    if (first) proofs.push({ ...about, kind: 'same-number', first });
    if (cover.drawnMinor + order.amountMinor > cover.totalMinor) {
      proofs.push({ ...about, kind: 'over-total', first: null });
    }
    return proofs;
  }

  #stop(account: Bytes): void {
    const { allowances } = this.#group;
    for (const row of allowances.openOnes(account)) allowances.close(row, 'stopped');
  }

  /**
   * What took the cover's place before this order was made, as its number shows: an honest wallet had
   * asked for it, and its answer was still on its way, or got lost. What it holds is this order's, too.
   */
  #successorOf({ order }: VerifiedPayment, cover: AllowanceRow): AllowanceRow | undefined {
    const { allowances } = this.#group;
    if (allowances.current(cover).isOpen) return undefined;
    return allowances
      .openOnes(order.payer)
      .find(
        ({ device, currency, firstSeq }) =>
          device === order.device && currency === order.currency && firstSeq <= order.seq,
      );
  }

  /** With what is set aside elsewhere, as it is freed for a promise before that is refused. */
  #withFreed({ payer, currency, amountMinor }: Order, cover: AllowanceRow): AllowanceRow {
    const { books, allowances } = this.#group;
    let freeMinor = books.available(payer, currency);
    for (const row of allowances.openOnes(payer)) {
      if (row.currency === currency) freeMinor += unspentMinor(row);
    }
    if (freeMinor < amountMinor) return cover;
    return { ...cover, isOpen: true, totalMinor: amountMinor, spentMinor: 0n };
  }

  /** It may have been accepted before the books were restored, or draws on what they have forgotten. */
  #isOfLostTime({ order, standing }: VerifiedPayment, cover: AllowanceRow | undefined): boolean {
    const { allowances, epoch, nowS } = this.#group;
    if (standing) return false;
    // A phone without a network goes on promising under it, and payees take that for guaranteed.
    const isCoverLost = order.allowance && !allowances.isKnown(order.payer, order.allowance);
    return isCoverLost ? isAwaiting(epoch, nowS) : mayBeForgotten(order, cover, epoch, nowS);
  }

  /** It would be refused, for good, and too early. */
  #isForLater(payment: VerifiedPayment, cover: AllowanceRow | undefined): boolean {
    if (!this.#isOfLostTime(payment, cover)) return false;
    const { books, allowances, rules, nowS } = this.#group;
    const { order } = payment;
    const current = cover && this.#withFreed(order, allowances.current(cover));
    const { verdict } = decidePayment(order, books, rules, nowS, current);
    return verdict === 'refused' || verdict === 'expired';
  }

  #pay({ id, order, standing }: VerifiedPayment, source: PaymentSource | undefined): bigint {
    const { books } = this.#group;
    const { payer, payee, currency, amountMinor, requestDigest, once } = order;
    const isStanding = standing !== undefined;
    if (source === 'guarantee') {
      const lent = { account: payer, currency, amountMinor, transfer: this.#nextTransfer() };
      advance(books, lent);
      this.advances.push({ ...lent, paymentId: id });
    }
    const transfer = this.#nextTransfer();
    books.post({ from: payer, to: payee, currency, amountMinor, transfer, paymentId: id });
    books.notePaid({
      payee,
      requestDigest,
      currency,
      amountMinor,
      paymentId: id,
      once,
      isStanding,
    });
    return transfer;
  }

  decide(payment: VerifiedPayment): void {
    const { books, allowances, rules, nowS } = this.#group;
    const { order, id, standing } = payment;
    const cover = allowances.coverOf(order);
    const { revokedCredential: revoked } = payment;
    if (revoked && !standing && !isNamedBy(cover, revoked)) {
      this.unsigned.set(keyOf(id), 'credential_revoked');
      return;
    }
    if (this.#isForLater(payment, cover)) {
      this.unsigned.set(keyOf(id), 'restored_lately');
      return;
    }
    if (standing) closeReplaced(order, standing, allowances);
    // What is wrong between books of two epochs accuses nobody.
    const proofs = cover && !standing ? this.#proofsAgainst(payment, cover) : [];
    // What the other allowances hold pays before the operator does.
    if (cover && proofs.length > 0 && unspentMinor(cover) < order.amountMinor) {
      this.#stop(order.payer);
    }
    const ask = () => {
      const current = cover && allowances.current(cover);
      return standing
        ? decideStanding(order, standing, books, current)
        : decidePayment(order, books, rules, nowS, current);
    };
    let decision = ask();
    const isUnexplained = cover && proofs.length === 0 && isBeyondFunds(decision);
    const successor = isUnexplained ? this.#successorOf(payment, cover) : undefined;
    if (successor) {
      allowances.close(successor, 'replaced');
      decision = ask();
    }
    if (cover && isBeyondFunds(decision)) {
      proofs.push({ ...accusation(payment, cover), kind: 'beyond-funds', first: null });
      this.#stop(order.payer);
      decision = ask();
    }
    this.doublePromises.push(...proofs);
    if (decision.verdict === 'none') {
      this.unsigned.set(keyOf(id), decision.code);
      return;
    }
    const source = decision.verdict === 'accepted' ? decision.source : undefined;
    if (source === 'guarantee' && !isGuaranteeLocked(books)) {
      this.needsGuarantee = true;
      return;
    }
    if (cover && source) allowances.draw(cover, order.amountMinor, source);
    const transfer = decision.verdict === 'accepted' ? this.#pay(payment, source) : undefined;
    if (proofs.length > 0) this.#stop(order.payer);
    this.settled.push({
      payment,
      settled: settledOf(payment, decision, transfer, nowS),
      ...(cover && { allowance: cover.id }),
      ...(source && { source }),
    });
  }
}

/**
 * In the order of the group: what one payment moves, the next one sees. Null when the guarantee's
 * row has to be locked first, because it has to pay or a debt can be given back.
 */
export function decideGroup(group: Group): GroupVerdicts | null {
  const decision = new GroupDecision(group);
  for (const payment of group.payments) {
    if (group.isKnown(payment.id)) continue;
    decision.decide(payment);
    if (decision.needsGuarantee) return null;
  }
  const { books } = group;
  const owes = decision.settled.length > 0 && books.debts().length > 0;
  return owes && !isGuaranteeLocked(books) ? null : decision;
}
