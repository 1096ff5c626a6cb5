/** Owns bringing payments back to a server that was restored from a backup: those whose receipts it may not know. */
import { BATCH_BYTES_MAX } from '#protocol/payments-answer.ts';
import { encodeReoffer } from '#protocol/reoffer.ts';
import { classifyUpload } from './classify.ts';
import { REOFFERED_FOR_MS } from './payment.ts';
import type { Random } from './ports.ts';
import type { ReceiptedEntry, ReceiptedPlace } from './records.ts';
import { leftMs, lesser } from './relay-pace.ts';
import { takeReceipt, type UploadParts } from './relay-upload.ts';

const REST_FIRST_MS = 30_000;
const REST_MAX_MS = 60 * 60 * 1000;

/** Forgotten with the process: what is to be brought back is told by the receipts alone. */
export type ReofferMemory = {
  /** In this epoch everything has been stood by. */
  epoch: number;
  /** In this epoch the server was asked about everything at least once, whatever it said. */
  offeredEpoch: number;
  failures: number;
  retryAtMs: number;
};

export type ReofferParts = UploadParts & {
  readonly random: Random;
  readonly reoffers: ReofferMemory;
};

function* batchesOf(entries: readonly ReceiptedEntry[]) {
  let batch: ReceiptedEntry[] = [];
  let bytes = 0;
  for (const entry of entries) {
    const size = encodeReoffer(entry).length;
    if (bytes + size > BATCH_BYTES_MAX) {
      yield batch;
      batch = [];
      bytes = 0;
    }
    batch.push(entry);
    bytes += size;
  }
  if (batch.length > 0) yield batch;
}

/** How many the server stands by again; undefined when it did not answer. */
async function bringBack(
  parts: ReofferParts,
  batch: readonly ReceiptedEntry[],
  epoch: number,
): Promise<number | undefined> {
  const answer = await parts.transport.postReoffers(
    batch.map(encodeReoffer),
    parts.pace.timeoutMs(),
  );
  if (answer.kind === 'silence') return undefined;
  const upload = classifyUpload(answer);
  if (upload.kind !== 'answers') return undefined;
  let count = 0;
  for (const each of upload.answers) {
    // A refusal is no news: it may be settled when others have been there, and is asked again.
    if (each.kind === 'receipt' && (await takeReceipt(parts, each.receipt, batch, epoch))) count++;
  }
  return count;
}

/** True when the server stands by everything; undefined when it was not asked about all of it. */
async function bringAllBack(parts: ReofferParts, epoch: number): Promise<boolean | undefined> {
  const sinceMs = parts.clock.nowMs() - REOFFERED_FOR_MS;
  let isDone = true;
  let place: ReceiptedPlace | undefined = { store: 'payments' };
  while (place) {
    const page = await parts.store.readForgotten(epoch, sinceMs, place);
    for (const batch of batchesOf(page.entries)) {
      const count = await bringBack(parts, batch, epoch);
      if (count === undefined) return undefined;
      isDone &&= count === batch.length;
    }
    place = page.next;
  }
  return isDone;
}

/** Before anything new is sent, so that what was settled finds the money that it was settled with. */
export async function reoffer(parts: ReofferParts): Promise<void> {
  const { store, clock, random, reoffers } = parts;
  const epoch = (await store.readIdentity())?.epoch ?? 0;
  const isResting = leftMs(reoffers.retryAtMs, clock.nowMs()) > 0;
  if (epoch <= reoffers.epoch || isResting) return;
  const isDone = await bringAllBack(parts, epoch);
  if (isDone !== undefined) reoffers.offeredEpoch = epoch;
  if (isDone) {
    Object.assign(reoffers, { epoch, failures: 0, retryAtMs: 0 });
  } else {
    const restMs = lesser(REST_FIRST_MS * 2 ** reoffers.failures++, REST_MAX_MS);
    reoffers.retryAtMs = clock.nowMs() + restMs * (0.5 + random.fraction() / 2);
  }
}
