/** Owns the way of an upload: read, recognise, verify, settle, and one answer for each of its items. */
import type { StandingVerdict } from '#ledger/standing-verdict.ts';
import type { RelyingParty } from '#protocol/assertion.ts';
import type { Authorization } from '#protocol/authorization.ts';
import { type Bytes, equalBytes, toBase64url } from '#protocol/bytes.ts';
import { type AnswerItem, encodePaymentsAnswer } from '#protocol/payments-answer.ts';
import type { ReceiptGroup } from '#protocol/receipt.ts';
import type { Outcome, Refusal } from '#protocol/refusals.ts';
import { Unavailable } from '../ports.ts';
import {
  type ReadAuthorization,
  readAuthorization,
  verifyAuthorization,
} from './check-authorization.ts';
import type {
  KnownPayment,
  PaymentsLedger,
  ReceiptSigner,
  VerifiedPayment,
  VerifySignature,
} from './ports.ts';
import { createSettlementLane, type LaneResult } from './settlement-lane.ts';

/** Payments of several uploads that may share one transaction. */
const GROUP_MAX = 500;

export type SettlementParts = {
  readonly ledger: PaymentsLedger;
  readonly verify: VerifySignature;
  readonly party: RelyingParty;
  readonly signer: () => Promise<ReceiptSigner>;
  /** Told of bugs that a payment met: it stays without a verdict, others are not held up. */
  readonly onFault: (cause: unknown) => void;
  /** Told after the commit what was settled anew: who watches is to be woken. */
  readonly onSettled?: (payments: readonly VerifiedPayment[]) => void;
};

/** `standingOf`: for what nothing is known of, by its place: the verdict that it had before a restore. */
export type SettleUpload = (
  items: readonly Bytes[],
  standingOf?: (place: number, authorization: Authorization) => Promise<Outcome<StandingVerdict>>,
) => Promise<UploadResult>;

export type UploadResult = {
  /** For `encodePaymentsAnswer`. */
  readonly groups: readonly ReceiptGroup[];
  readonly items: readonly AnswerItem[];
};

type Step =
  | { readonly kind: 'answered'; readonly item: AnswerItem }
  | {
      readonly kind: 'read';
      readonly read: ReadAuthorization;
      readonly known: KnownPayment | null;
      readonly standing?: StandingVerdict;
    }
  | { readonly kind: 'verified'; readonly payment: VerifiedPayment };

const refused = (refusal: Refusal): AnswerItem => ({ kind: 'refusal', ...refusal });
const answered = (item: AnswerItem): Step => ({ kind: 'answered', item });

/** Gathers the groups in the order in which they are first named. */
function collectAnswer(items: readonly (AnswerItem | LaneResult)[]): UploadResult {
  const groups: ReceiptGroup[] = [];
  const answers = items.map((item): AnswerItem => {
    if (!('signed' in item) || item.signed === undefined) return plainAnswer(item);
    const { group, index } = item.signed;
    let number = groups.indexOf(group);
    if (number < 0) number = groups.push(group) - 1;
    return { kind: 'member', group: number, index };
  });
  return { groups, items: answers };
}

function plainAnswer(item: AnswerItem | LaneResult): AnswerItem {
  if (item.kind === 'receipt') return { kind: 'receipt', receipt: item.receipt };
  if (item.kind === 'refusal' && 'refusal' in item) return refused(item.refusal);
  return item;
}

const withStanding =
  (standingOf: NonNullable<Parameters<SettleUpload>[1]>) =>
  async (step: Step, place: number): Promise<Step> => {
    if (step.kind !== 'read' || step.known) return step;
    const standing = await standingOf(place, step.read.authorization);
    return standing.ok
      ? { ...step, standing: standing.value }
      : answered(refused(standing.refusal));
  };

/** Unknown, not refused: said of the whole upload, since a wallet sets refused items aside. */
function isUnavailable(result: LaneResult): boolean {
  return result.kind === 'refusal' && result.refusal.code === 'unavailable';
}

/**
 * Any number of uploads at once, in any order, any number of times: each payment has one effect and
 * one receipt. One bad item never holds up another. Throws `Unavailable` or what a port threw: then the
 * whole upload is unanswered, which proves nothing, and is to be sent again.
 */
export function createSettleUpload(parts: SettlementParts): SettleUpload {
  const { ledger, verify, party, signer, onFault, onSettled } = parts;
  const lane = createSettlementLane({
    ledger,
    signer,
    groupMax: GROUP_MAX,
    onFault: (cause) => {
      onFault(cause);
      return undefined;
    },
  });

  /** Ids before signatures: a repeat is answered from what is stored, which costs no verification. */
  async function recognise(reads: readonly Outcome<ReadAuthorization>[]): Promise<Step[]> {
    const good = reads.flatMap((read) => (read.ok ? [read.value] : []));
    const ids = good.map((read) => read.authorization.id);
    const found = ids.length > 0 ? await ledger.findKnown(ids) : [];
    const knownById = new Map(ids.map((id, index) => [toBase64url(id), found[index] ?? null]));
    return reads.map((read): Step => {
      if (!read.ok) return answered(refused(read.refusal));
      const known = knownById.get(toBase64url(read.value.authorization.id)) ?? null;
      if (known && equalBytes(known.authorization, read.value.bytes)) {
        return answered({ kind: 'receipt', receipt: known.receipt });
      }
      return { kind: 'read', read: read.value, known };
    });
  }

  /**
   * The same order with another signature (the passkey asked twice, or s replaced by n−s) is the same
   * payment: its receipt is told once that signature verifies, and not before.
   */
  async function verifyAll(steps: readonly Step[]): Promise<Step[]> {
    const open = steps.filter((step) => step.kind === 'read');
    if (open.length === 0) return [...steps];
    const questions = open.map(({ read: { authorization } }) => ({
      payer: authorization.order.payer,
      credentialHint: authorization.credentialHint,
      device: authorization.order.device,
    }));
    const payers = await ledger.findPayers(questions);
    const verified = await Promise.all(
      open.map(async ({ read, known, standing }, index): Promise<Step> => {
        const payer = payers[index] ?? { isKnown: false, isDeviceKnown: false, credentials: [] };
        const outcome = await verifyAuthorization(read, payer, party, verify, standing);
        if (!outcome.ok) return answered(refused(outcome.refusal));
        if (known) return answered({ kind: 'receipt', receipt: known.receipt });
        return { kind: 'verified', payment: outcome.value };
      }),
    );
    let next = 0;
    return steps.map((step) => (step.kind === 'read' ? (verified[next++] ?? step) : step));
  }

  return async (bytes, standingOf) => {
    const { server } = await signer();
    const recognised = await recognise(bytes.map((item) => readAuthorization(item, server)));
    const steps = await verifyAll(
      standingOf ? await Promise.all(recognised.map(withStanding(standingOf))) : recognised,
    );
    const payments = steps.flatMap((step) => (step.kind === 'verified' ? [step.payment] : []));
    const results = payments.length > 0 ? await lane.settle(payments) : [];
    if (results.some(isUnavailable)) throw new Unavailable('it is not known what was settled');
    const fresh = payments.filter((_, index) => {
      const result = results[index];
      return result?.kind === 'receipt' && result.position !== null;
    });
    if (fresh.length > 0) onSettled?.(fresh);
    let next = 0;
    return collectAnswer(
      steps.map((step): AnswerItem | LaneResult => {
        if (step.kind === 'answered') return step.item;
        return results[next++] ?? refused({ code: 'unavailable' });
      }),
    );
  };
}

export const encodeUploadResult = (result: UploadResult): Bytes =>
  encodePaymentsAnswer(result.groups, result.items);
