/** Owns the making of receipts: who shares a signature of the server with whom. */
import type { Bytes } from '#protocol/bytes.ts';
import {
  encodeReceiptBody,
  protectedHeader,
  type ReceiptBody,
  type ReceiptGroup,
  sealGroup,
} from '#protocol/receipt.ts';
import type { ReceiptSigner, SettledPayment } from './ports.ts';

export type SignedReceipt = {
  readonly receipt: Bytes;
  /** Its place in a group that is one upload's alone, whose bodies may be sent together. */
  readonly member?: { readonly group: ReceiptGroup; readonly index: number };
};

/** From so many on, an upload's payments have a signature of their own, and their bodies travel once. */
const OWN_GROUP_MIN = 8;
/** Of payments of several uploads: six hashes more in each receipt, half a signature's cost of a microsecond. */
const SHARED_GROUP_MAX = 64;

/** Places of `settled`, gathered by who signs together. */
function gather(uploads: readonly object[]): number[][] {
  const places = new Map<object, number[]>();
  uploads.forEach((upload, place) => {
    const own = places.get(upload);
    if (own) own.push(place);
    else places.set(upload, [place]);
  });
  const groups: number[][] = [];
  let shared: number[] = [];
  for (const own of places.values()) {
    if (own.length >= OWN_GROUP_MIN) {
      groups.push(own);
      continue;
    }
    if (shared.length + own.length > SHARED_GROUP_MAX) {
      groups.push(shared);
      shared = [];
    }
    shared.push(...own);
  }
  if (shared.length > 0) groups.push(shared);
  return groups;
}

/** Field by field: a spread that is added to has a shape of its own each time, which costs microseconds. */
function bodyOf(settled: SettledPayment, { server, epoch }: ReceiptSigner): ReceiptBody {
  const { paymentId, verdict, amountMinor, currency, payer, payee, settledAtS } = settled;
  const said = {
    server,
    paymentId,
    verdict,
    amountMinor,
    currency,
    payer,
    payee,
    settledAtS,
    epoch,
  };
  const { code, transfer } = settled;
  if (code !== undefined) return Object.assign(said, { code });
  return transfer === undefined ? said : Object.assign(said, { transfer });
}

/**
 * Several uploads may be settled in one transaction, and small ones share a signature: what a receipt
 * then says of the others are hashes of bodies with an unguessable id in each. Nobody is sent a body of
 * another's upload. `uploads` names the upload of each payment. In the order given.
 */
export function signUploads(
  settled: readonly SettledPayment[],
  uploads: readonly object[],
  signer: ReceiptSigner,
): SignedReceipt[] {
  const header = protectedHeader(signer.keyId);
  const bodies = settled.map((payment) => encodeReceiptBody(bodyOf(payment, signer)));
  const signed: SignedReceipt[] = [];
  for (const places of gather(uploads)) {
    const own = places.flatMap((place) => bodies[place] ?? []);
    const { group, receipts } = sealGroup(header, own, signer.sign);
    const isOneUpload = places.every((place) => uploads[place] === uploads[places[0] ?? 0]);
    places.forEach((place, index) => {
      const receipt = receipts[index] ?? new Uint8Array();
      signed[place] = isOneUpload ? { receipt, member: { group, index } } : { receipt };
    });
  }
  return signed;
}
