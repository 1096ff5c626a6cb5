/** Owns one upload of the relay: offering a batch, and doing for each payment what the answer is worth. */
import type { Bytes } from '#protocol/bytes.ts';
import type { PaymentAnswer } from '#protocol/payments-answer.ts';
import type { RefusalCode } from '#protocol/refusals.ts';
import { matchReceipt } from './check-receipt.ts';
import { classifyUpload, meaningOfRefusal } from './classify.ts';
import type { Clock, Notice, OutboxStore, Transport } from './ports.ts';
import type { ReceiptDesk } from './receipt-desk.ts';
import type { OutboxEntry } from './records.ts';
import type { Pace } from './relay-pace.ts';

/** Why something is still waiting; for people to see, never a verdict. */
export type Trouble = {
  /**
   * silence: no answer · busy: asked to wait · strange: not our server's answer · unjudged: it would
   * not judge · forged: a receipt that proves nothing · store: the phone's own storage.
   */
  readonly kind: 'silence' | 'busy' | 'strange' | 'unjudged' | 'forged' | 'store';
  readonly atMs: number;
  readonly code?: RefusalCode;
  readonly detail?: string;
};

/** What the relay remembers for its reports; forgotten with the process. */
export type Memory = {
  lastTrouble?: Trouble | undefined;
  heardAtMs?: number;
  settled: number;
};

export type UploadParts = {
  readonly store: OutboxStore;
  readonly transport: Transport;
  readonly clock: Clock;
  readonly notice: Notice;
  readonly pace: Pace;
  readonly memory: Memory;
  readonly desk: ReceiptDesk;
};

/** `again`: offer the same items anew, in smaller batches. `stop`: nothing more can be done now. */
export type UploadEnd = 'on' | 'again' | 'stop';

export function remember(
  { memory, clock }: Pick<UploadParts, 'memory' | 'clock'>,
  kind: Trouble['kind'],
  code?: RefusalCode,
  detail?: string,
): void {
  memory.lastTrouble = {
    kind,
    atMs: clock.nowMs(),
    ...(code !== undefined && { code }),
    ...(detail !== undefined && { detail }),
  };
}

/** Our server spoke: whatever was the trouble before this exchange is over. */
function heard({ memory, pace, clock }: UploadParts, before: Trouble | undefined): void {
  pace.answered();
  memory.heardAtMs = clock.nowMs();
  if (memory.lastTrouble === before) memory.lastTrouble = undefined;
}

async function quarantine(
  parts: UploadParts,
  id: string,
  code: RefusalCode,
  detail?: string,
): Promise<void> {
  await parts.store.quarantine(id, code, parts.clock.nowMs());
  remember(parts, 'unjudged', code, detail);
  parts.notice.changed('payments');
}

/** True when the receipt is believed and stored, as one of `epoch` if that is said. A forged or foreign one is worth as much as silence. */
export async function takeReceipt(
  parts: UploadParts,
  bytes: Bytes,
  batch: readonly OutboxEntry[],
  epoch?: number,
): Promise<boolean> {
  const believed = await parts.desk.believe(bytes);
  if (!believed.ok) {
    remember(parts, 'forged', believed.refusal.code, believed.refusal.detail);
    return false;
  }
  const receipt = believed.value;
  const entry = batch.find((item) => matchReceipt(receipt, item).ok);
  if (!entry) {
    remember(parts, 'forged', 'receipt_other_payment');
    return false;
  }
  const settled = await parts.store.settle(entry.id, receipt, bytes, epoch);
  if (settled === 'settled') parts.memory.settled++;
  // A counterfoil's receipt is what its request waits for.
  const also = entry.carried ? (['requests'] as const) : [];
  if (settled !== 'known') parts.notice.changed('payments', ...also);
  return true;
}

/** True when the server will not judge these bytes; a passing refusal is worth as much as silence. */
async function takeRefusal(
  parts: UploadParts,
  entry: OutboxEntry,
  code: RefusalCode,
  detail: string | undefined,
): Promise<boolean> {
  if (meaningOfRefusal(code) === 'wait') {
    remember(parts, 'busy', code, detail);
    return false;
  }
  await quarantine(parts, entry.id, code, detail);
  return true;
}

async function judge(
  parts: UploadParts,
  batch: readonly OutboxEntry[],
  answers: readonly PaymentAnswer[],
): Promise<UploadEnd> {
  const before = parts.memory.lastTrouble;
  // Receipts name their payment; a refusal is known by its place alone.
  const placed = answers.length === batch.length;
  let judged = 0;
  for (const [place, answer] of answers.entries()) {
    const entry = placed ? batch[place] : undefined;
    const taken =
      answer.kind === 'receipt'
        ? await takeReceipt(parts, answer.receipt, batch)
        : entry !== undefined && (await takeRefusal(parts, entry, answer.code, answer.detail));
    if (taken) judged++;
  }
  if (judged === 0) {
    parts.pace.failed(batch, parts.clock.nowMs());
    return 'stop';
  }
  heard(parts, before);
  return 'on';
}

export async function offer(parts: UploadParts, batch: readonly OutboxEntry[]): Promise<UploadEnd> {
  const { transport, pace, clock, memory } = parts;
  const bytes = batch.map(({ authorization }) => authorization);
  const answer = await transport.postPayments(bytes, pace.timeoutMs());
  const upload = answer.kind === 'silence' ? answer : classifyUpload(answer);
  switch (upload.kind) {
    case 'answers':
      return judge(parts, batch, upload.answers);
    case 'busy':
      pace.busy(upload.retryAfterMs, clock.nowMs());
      remember(parts, 'busy', upload.code);
      return 'stop';
    case 'silence':
      pace.failed(batch, clock.nowMs());
      remember(parts, 'silence', undefined, upload.why);
      return 'stop';
    case 'strange':
      pace.failed(batch, clock.nowMs());
      remember(parts, 'strange', upload.code, `HTTP ${upload.status}`);
      return 'stop';
    case 'refused':
      heard(parts, memory.lastTrouble);
      if (pace.halve(batch)) return 'again';
      for (const { id } of batch) await quarantine(parts, id, upload.code);
      return 'on';
  }
}
