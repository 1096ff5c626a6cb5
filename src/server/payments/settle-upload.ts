/** Owns the way of an upload: read, recognise, verify, settle, and one answer for each of its items. */
import type { StandingVerdict } from '#ledger/standing-verdict.ts';
import type { RelyingParty } from '#protocol/assertion.ts';
import type { Authorization } from '#protocol/authorization.ts';
import { type Bytes, equalBytes } from '#protocol/bytes.ts';
import { type AnswerItem, encodePaymentsAnswer } from '#protocol/payments-answer.ts';
import type { ReceiptGroup } from '#protocol/receipt.ts';
import type { Outcome, Refusal } from '#protocol/refusals.ts';
import { Unavailable } from '../ports.ts';
import type { AccountLimit } from './account-limit.ts';
import {
  type Claim,
  type ReadAuthorization,
  readAuthorization,
  verifyAuthorizations,
} from './check-authorization.ts';
import { createGathering } from './gathering.ts';
import type {
  Found,
  PayerQuestion,
  PaymentsLedger,
  ReceiptSigner,
  VerifiedPayment,
  VerifySignatures,
} from './ports.ts';
import { createSettlementLane, type LaneResult } from './settlement-lane.ts';
import { NO_METER, type SettlementMeter } from './settlement-meter.ts';

/** Payments of several uploads that may share one question or one transaction. */
const GROUP_MAX = 500;

export type SettlementParts = {
  readonly ledger: PaymentsLedger;
  readonly verify: VerifySignatures;
  readonly party: RelyingParty;
  readonly signer: () => Promise<ReceiptSigner>;
  /** Asked before any signature is looked at; none means no limit. */
  readonly accountLimit?: Pick<AccountLimit, 'waitMs'>;
  readonly meter?: SettlementMeter;
  /** Told of bugs that a payment met: it stays without a verdict, others are not held up. */
  readonly onFault: (cause: unknown) => void;
  /** Told after the commit what was settled anew: who watches is to be woken. */
  readonly onSettled?: (payments: readonly VerifiedPayment[]) => void;
};

/** What a phone brings back after a restore proves the verdict that the payment had. */
export type StandingOf = (
  place: number,
  authorization: Authorization,
) => Promise<Outcome<StandingVerdict>>;

/** `standingOf` is asked of what nothing is known of. */
export type SettleUpload = (
  items: readonly Bytes[],
  standingOf?: StandingOf,
) => Promise<UploadResult>;

export type UploadResult = {
  /** For `encodePaymentsAnswer`. */
  readonly groups: readonly ReceiptGroup[];
  readonly items: readonly AnswerItem[];
  /** How many of them got their verdict now. */
  readonly settled: number;
  /** When to come back, if nothing was looked at because every payer is over its limit. */
  readonly waitMs?: number;
};

/** How far an item has come: to its answer, or to what is left to do with it. */
type Step =
  | { readonly kind: 'answered'; readonly item: AnswerItem; readonly waitMs?: number }
  /** `receipt` when it is known, and only this signature is not. */
  | { readonly kind: 'claimed'; readonly claim: Claim; readonly receipt?: Bytes }
  | { readonly kind: 'verified'; readonly payment: VerifiedPayment };

type Question = PayerQuestion & { readonly id: Bytes };

const refused = (refusal: Refusal): AnswerItem => ({ kind: 'refusal', ...refusal });
const answered = (item: AnswerItem): Step => ({ kind: 'answered', item });

const questionOf = ({ authorization }: ReadAuthorization): Question => ({
  id: authorization.id,
  payer: authorization.order.payer,
  credentialHint: authorization.credentialHint,
  device: authorization.order.device,
});

/** Gathers the groups in the order in which they are first named. */
function collectAnswer(items: readonly (AnswerItem | LaneResult)[], settled: number): UploadResult {
  const groups: ReceiptGroup[] = [];
  const answers = items.map((item): AnswerItem => {
    if (item.kind === 'refusal') return 'refusal' in item ? refused(item.refusal) : item;
    if (item.kind === 'member') return item;
    if (!('member' in item) || !item.member) return { kind: 'receipt', receipt: item.receipt };
    const { group, index } = item.member;
    let number = groups.lastIndexOf(group);
    if (number < 0) number = groups.push(group) - 1;
    return { kind: 'member', group: number, index };
  });
  return { groups, items: answers, settled };
}

/** Unknown, not refused: said of the whole upload, since a wallet sets refused items aside. */
function isUnavailable(result: LaneResult): boolean {
  return result.kind === 'refusal' && result.refusal.code === 'unavailable';
}

/** What nothing is known of, with the verdict that it had, or refused where none is proven. */
async function withStanding(
  steps: readonly Step[],
  standingOf: StandingOf | undefined,
): Promise<readonly Step[]> {
  if (!standingOf) return steps;
  return Promise.all(
    steps.map(async (step, place): Promise<Step> => {
      if (step.kind !== 'claimed' || step.receipt) return step;
      const standing = await standingOf(place, step.claim.read.authorization);
      if (!standing.ok) return answered(refused(standing.refusal));
      return { ...step, claim: { ...step.claim, standing: standing.value } };
    }),
  );
}

/** The shortest of the waits, when nothing but waiting is to be said. */
function waitOf(steps: readonly Step[]): number | undefined {
  let least = Number.POSITIVE_INFINITY;
  for (const step of steps) {
    if (step.kind !== 'answered' || step.waitMs === undefined) return undefined;
    least = Math.min(least, step.waitMs);
  }
  return least;
}

function answerOf(
  steps: readonly Step[],
  results: readonly LaneResult[],
  settled: number,
): UploadResult {
  let next = 0;
  const items = steps.map((step): AnswerItem | LaneResult => {
    if (step.kind === 'answered') return step.item;
    return results[next++] ?? refused({ code: 'unavailable' });
  });
  const answer = collectAnswer(items, settled);
  const waitMs = waitOf(steps);
  return waitMs === undefined ? answer : { ...answer, waitMs };
}

/** Each settled payment once, however many uploads brought it, and however often, at the same moment. */
function freshOf(
  payments: readonly VerifiedPayment[],
  results: readonly LaneResult[],
): VerifiedPayment[] {
  const receipts = new Set<Bytes>();
  return payments.filter((_, place) => {
    const result = results[place];
    if (result?.kind !== 'receipt' || result.position === null) return false;
    const isFirst = !receipts.has(result.receipt);
    receipts.add(result.receipt);
    return isFirst;
  });
}

function meterAnswer(meter: SettlementMeter, result: UploadResult): void {
  const { known } = countUpload(result);
  if (known > 0) meter.known(known);
  for (const item of result.items) if (item.kind === 'refusal') meter.refused(item.code);
}

/** Questions of uploads that come together are asked together. */
function createFinder(ledger: PaymentsLedger) {
  type Job = {
    readonly questions: readonly Question[];
    readonly resolve: (found: Found[]) => void;
    readonly reject: (cause: unknown) => void;
  };
  const gathering = createGathering<Job>({
    sizeOf: (job) => job.questions.length,
    sizeMax: GROUP_MAX,
    async work(jobs) {
      try {
        const found = await ledger.find(jobs.flatMap((job) => job.questions));
        let next = 0;
        for (const { questions, resolve } of jobs) {
          resolve(found.slice(next, next + questions.length));
          next += questions.length;
        }
      } catch (cause) {
        for (const job of jobs) job.reject(cause);
      }
    },
  });
  return (questions: readonly Question[]): Promise<Found[]> =>
    questions.length === 0
      ? Promise.resolve([])
      : new Promise((resolve, reject) => gathering.add({ questions, resolve, reject }));
}

/**
 * Any number of uploads at once, in any order, any number of times: each payment has one effect and
 * one receipt. One bad item never holds up another. Throws `Unavailable` or what a port threw: then the
 * whole upload is unanswered, which proves nothing, and is to be sent again.
 */
export function createSettleUpload(parts: SettlementParts): SettleUpload {
  const {
    ledger,
    verify,
    party,
    signer,
    accountLimit,
    onFault,
    onSettled,
    meter = NO_METER,
  } = parts;
  const find = createFinder(ledger);
  const lane = createSettlementLane({
    ledger,
    signer,
    groupMax: GROUP_MAX,
    meter,
    onFault: (cause) => {
      onFault(cause);
      return undefined;
    },
  });

  /** Ids before signatures: a repeat is answered from what is stored, which costs no verification. */
  async function recognise(reads: readonly Outcome<ReadAuthorization>[]): Promise<Step[]> {
    const good = reads.flatMap((read) => (read.ok ? [read.value] : []));
    const found = await find(good.map(questionOf));
    const resigned = good.filter((read, place) => {
      const of = found[place];
      return of?.kind === 'known' && !equalBytes(of.known.authorization, read.bytes);
    });
    const payers = resigned.length > 0 ? await ledger.findPayers(resigned.map(questionOf)) : [];
    let next = 0;
    return reads.map((read): Step => {
      if (!read.ok) return answered(refused(read.refusal));
      const of = found[next++];
      if (!of) return answered(refused({ code: 'internal' }));
      if (of.kind === 'new') {
        const waitMs = accountLimit?.waitMs(read.value.authorization.order.payer) ?? 0;
        if (waitMs > 0) {
          return { kind: 'answered', item: refused({ code: 'too_many_requests' }), waitMs };
        }
        return { kind: 'claimed', claim: { read: read.value, payer: of.payer } };
      }
      const { receipt } = of.known;
      const payer = payers[resigned.indexOf(read.value)];
      if (!payer) return answered({ kind: 'receipt', receipt });
      return { kind: 'claimed', claim: { read: read.value, payer }, receipt };
    });
  }

  /**
   * The same order with another signature (the passkey asked twice, or s replaced by n−s) is the same
   * payment: its receipt is told once that signature verifies, and not before.
   */
  async function verifyAll(steps: readonly Step[]): Promise<Step[]> {
    const claims = steps.flatMap((step) => (step.kind === 'claimed' ? [step.claim] : []));
    if (claims.length === 0) return [...steps];
    const startedMs = performance.now();
    const outcomes = await verifyAuthorizations(claims, party, verify);
    meter.verified(claims.length, performance.now() - startedMs);
    let next = 0;
    return steps.map((step): Step => {
      if (step.kind !== 'claimed') return step;
      const outcome = outcomes[next++];
      if (!outcome?.ok) return answered(refused(outcome?.refusal ?? { code: 'internal' }));
      if (step.receipt) return answered({ kind: 'receipt', receipt: step.receipt });
      return { kind: 'verified', payment: outcome.value };
    });
  }

  return async (bytes, standingOf) => {
    const { server } = await signer();
    const recognised = await recognise(bytes.map((item) => readAuthorization(item, server)));
    const steps = await verifyAll(await withStanding(recognised, standingOf));
    const payments = steps.flatMap((step) => (step.kind === 'verified' ? [step.payment] : []));
    const results = payments.length > 0 ? await lane.settle(payments) : [];
    if (results.some(isUnavailable)) throw new Unavailable('it is not known what was settled');
    const fresh = freshOf(payments, results);
    if (fresh.length > 0) onSettled?.(fresh);
    const result = answerOf(steps, results, fresh.length);
    meterAnswer(meter, result);
    return result;
  };
}

/** What became of its payments, in numbers for the log. */
export function countUpload({ items, settled }: UploadResult) {
  const refused = items.filter((item) => item.kind === 'refusal').length;
  const known = items.length - refused - settled;
  return { payments: items.length, settled, known, refused };
}

export const encodeUploadResult = (result: UploadResult): Bytes =>
  encodePaymentsAnswer(result.groups, result.items);
