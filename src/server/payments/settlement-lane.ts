/** Owns the lane to the ledger: one group at a time, and what arrives meanwhile makes up the next. */
import { keyOf } from '#ledger/books.ts';
import type { Bytes } from '#protocol/bytes.ts';
import { assert } from '#protocol/refusals.ts';
import { createGathering } from './gathering.ts';
import type {
  PaymentsLedger,
  ReceiptSigner,
  SettledPayment,
  Settlement,
  VerifiedPayment,
} from './ports.ts';
import type { SettlementMeter } from './settlement-meter.ts';
import { type SignedReceipt, signUploads } from './sign-receipts.ts';

/** A settlement; of a fresh one also how its receipt was signed within its upload. */
export type LaneResult = Settlement & { readonly member?: SignedReceipt['member'] };

export type SettlementLane = {
  /** In the order given. Rejects, for the uploads of its group alone, when there is no key to sign with. */
  settle(payments: readonly VerifiedPayment[]): Promise<LaneResult[]>;
};

type Upload = {
  readonly payments: readonly VerifiedPayment[];
  readonly sinceMs: number;
  readonly resolve: (results: LaneResult[]) => void;
  readonly reject: (cause: unknown) => void;
};

export type LaneParts = {
  readonly ledger: Pick<PaymentsLedger, 'settle'>;
  /** Asked for each group: the key may have been rotated. */
  readonly signer: () => Promise<ReceiptSigner>;
  readonly groupMax: number;
  readonly meter: SettlementMeter;
  /** Told of bugs; answers nothing. */
  readonly onFault: (cause: unknown) => undefined;
};

/**
 * Which upload a payment belongs to. The same payment may come twice at once; then it is the first's,
 * and the other gets its receipt alone.
 */
function findOwners(uploads: readonly Upload[]): (paymentId: Bytes) => Upload {
  const owners = new Map<string, Upload>();
  for (const upload of uploads) {
    for (const { id } of upload.payments) {
      const key = keyOf(id);
      if (!owners.has(key)) owners.set(key, upload);
    }
  }
  return (paymentId) => {
    const owner = owners.get(keyOf(paymentId));
    assert(owner !== undefined, 'every payment came with an upload');
    return owner;
  };
}

/** What was committed now, of what was signed last. */
const freshOf = (settlements: readonly Settlement[], signed: readonly SettledPayment[]) =>
  settlements.flatMap((item) => {
    const fresh = item.kind === 'receipt' && signed[item.position ?? -1];
    return fresh ? [fresh] : [];
  });

/** One connection that posts sets beats many that post singles; no timer, so nobody waits alone. */
export function createSettlementLane(parts: LaneParts): SettlementLane {
  const { ledger, signer, groupMax, meter, onFault } = parts;

  /** In the order of the uploads. Throws when the ledger throws, which it does for bugs alone. */
  async function settleTogether(
    uploads: readonly Upload[],
    key: ReceiptSigner,
  ): Promise<LaneResult[][]> {
    const ownerOf = findOwners(uploads);
    let signed: SignedReceipt[] = [];
    let owners: readonly Upload[] = [];
    let last: readonly SettledPayment[] = [];
    const payments = uploads.flatMap((upload) => upload.payments);
    const settlements = await ledger.settle(payments, key.epoch, (settled) => {
      owners = settled.map(({ paymentId }) => ownerOf(paymentId));
      // Also when the ledger tries again: the last signing is the one that was committed.
      signed = signUploads(settled, owners, key);
      last = settled;
      return signed.map((item) => item.receipt);
    });
    for (const { verdict, code } of freshOf(settlements, last)) meter.settled(verdict, code);
    let next = 0;
    return uploads.map((upload) =>
      upload.payments.map((): LaneResult => {
        const settlement = settlements[next++];
        assert(settlement !== undefined, 'every payment has a settlement');
        if (settlement.kind !== 'receipt' || settlement.position === null) return settlement;
        // To every other upload it is as if it had been known.
        const { kind, receipt, position } = settlement;
        if (owners[position] !== upload) return { kind, receipt, position: null };
        const member = signed[position]?.member;
        return member ? { kind, receipt, position, member } : settlement;
      }),
    );
  }

  /** A payment that breaks the ledger must not take others with it, so then each goes alone. */
  async function settleApart(upload: Upload, key: ReceiptSigner): Promise<LaneResult[]> {
    const results: LaneResult[] = [];
    for (const payment of upload.payments) {
      const alone = await settleTogether([{ ...upload, payments: [payment] }], key).catch(onFault);
      results.push(alone?.[0]?.[0] ?? { kind: 'refusal', refusal: { code: 'internal' } });
    }
    return results;
  }

  async function settleGroup(uploads: readonly Upload[]): Promise<void> {
    const key = await signer();
    const results = await settleTogether(uploads, key).catch(onFault);
    for (const [index, upload] of uploads.entries()) {
      upload.resolve(results?.[index] ?? (await settleApart(upload, key)));
    }
  }

  const uploads = createGathering<Upload>({
    sizeOf: (upload) => upload.payments.length,
    sizeMax: groupMax,
    async work(group) {
      const size = group.reduce((sum, upload) => sum + upload.payments.length, 0);
      const startedMs = performance.now();
      meter.waiting(-size);
      try {
        await settleGroup(group);
      } catch (cause) {
        for (const upload of group) upload.reject(cause);
      }
      const queueWaitMs = startedMs - (group[0]?.sinceMs ?? startedMs);
      meter.group(size, queueWaitMs, performance.now() - startedMs);
    },
  });

  return {
    settle: (payments) =>
      new Promise((resolve, reject) => {
        meter.waiting(payments.length);
        uploads.add({ payments, sinceMs: performance.now(), resolve, reject });
      }),
  };
}
