/** Owns the lane to the ledger: one group at a time, and what arrives meanwhile makes up the next. */
import { type Bytes, toBase64url } from '#protocol/bytes.ts';
import { assert } from '#protocol/refusals.ts';
import type {
  PaymentsLedger,
  ReceiptSigner,
  SettledPayment,
  Settlement,
  VerifiedPayment,
} from './ports.ts';
import { NO_METER, type SettlementMeter } from './settlement-meter.ts';
import { type SignedReceipt, signUploads } from './sign-receipts.ts';

/** A settlement, and for a fresh one how its receipt was signed within its upload. */
export type LaneResult = Settlement & { readonly signed?: SignedReceipt };

export type SettlementLane = {
  /** In the order given. Rejects, for the uploads of its group alone, when there is no key to sign with. */
  settle(payments: readonly VerifiedPayment[]): Promise<LaneResult[]>;
};

type Upload = {
  readonly payments: readonly VerifiedPayment[];
  readonly arrivedMs: number;
  readonly resolve: (results: LaneResult[]) => void;
  readonly reject: (cause: unknown) => void;
};

export type LaneParts = {
  readonly ledger: Pick<PaymentsLedger, 'settle'>;
  /** Asked for each group: the key may have been rotated. */
  readonly signer: () => Promise<ReceiptSigner>;
  readonly groupMax: number;
  /** Told of bugs; answers nothing. */
  readonly onFault: (cause: unknown) => undefined;
  readonly meter?: SettlementMeter;
};

/**
 * Which upload a payment belongs to. The same payment may come twice at once; then it is the first's,
 * and the other gets its receipt alone.
 */
function findOwners(uploads: readonly Upload[]): (paymentId: Bytes) => Upload {
  const owners = new Map<string, Upload>();
  for (const upload of uploads) {
    for (const { id } of upload.payments) {
      const key = toBase64url(id);
      if (!owners.has(key)) owners.set(key, upload);
    }
  }
  return (paymentId) => {
    const owner = owners.get(toBase64url(paymentId));
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
  const { ledger, signer, groupMax, onFault, meter = NO_METER } = parts;
  const waiting: Upload[] = [];
  let busy = false;

  function nextGroup(): Upload[] {
    let size = 0;
    let count = 0;
    for (const { payments } of waiting) {
      if (count > 0 && size + payments.length > groupMax) break;
      size += payments.length;
      count++;
    }
    meter.waiting(-size);
    return waiting.splice(0, count);
  }

  /** In the order of the uploads. Throws when the ledger throws, which it does for bugs alone. */
  async function settleTogether(
    uploads: readonly Upload[],
    key: ReceiptSigner,
  ): Promise<LaneResult[][]> {
    const ownerOf = findOwners(uploads);
    let signed: SignedReceipt[] = [];
    let last: readonly SettledPayment[] = [];
    const payments = uploads.flatMap((upload) => upload.payments);
    const startedMs = performance.now();
    const settlements = await ledger.settle(payments, (settled) => {
      // Also when the ledger tries again: the last signing is the one that was committed.
      last = settled;
      signed = signUploads(settled, ownerOf, key);
      return signed.map((item) => item.receipt);
    });
    const [{ arrivedMs = startedMs } = {}] = uploads;
    meter.group(payments.length, startedMs - arrivedMs, performance.now() - startedMs);
    for (const { verdict, code } of freshOf(settlements, last)) meter.settled(verdict, code);
    let next = 0;
    return uploads.map((upload) =>
      upload.payments.map(({ id }): LaneResult => {
        const settlement = settlements[next++];
        assert(settlement !== undefined, 'every payment has a settlement');
        if (settlement.kind !== 'receipt' || settlement.position === null) return settlement;
        const receipt = signed[settlement.position];
        return receipt && ownerOf(id) === upload ? { ...settlement, signed: receipt } : settlement;
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

  async function drain(): Promise<void> {
    busy = true;
    while (waiting.length > 0) {
      const uploads = nextGroup();
      await settleGroup(uploads).catch((cause: unknown) => {
        for (const upload of uploads) upload.reject(cause);
      });
    }
    busy = false;
  }

  return {
    settle(payments) {
      return new Promise((resolve, reject) => {
        waiting.push({ payments, arrivedMs: performance.now(), resolve, reject });
        meter.waiting(payments.length);
        if (!busy) void drain();
      });
    },
  };
}
