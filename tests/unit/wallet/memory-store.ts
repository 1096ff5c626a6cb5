// The wallet's storage in memory, as the relay and authorizing need it: what the contract says, without a database.
import { accept, type Outcome, refuse } from '#protocol/refusals.ts';
import { isForgotten, occupiesRequest, type Payment, step, withReceipt } from '#wallet/payment.ts';
import type { Settled, Store } from '#wallet/ports.ts';
import {
  type KnownIdentity,
  OUTBOX_ITEMS_MAX,
  type OutboxEntry,
  outboxEntryOf,
  RECEIPTED_PAGE_MAX,
  type ReceiptedEntry,
} from '#wallet/records.ts';

export type MemoryDisk = {
  readonly payments: Map<string, Payment>;
  readonly outbox: Map<string, OutboxEntry>;
  identity: KnownIdentity | undefined;
  device: number;
  lastSeq: number;
};

export function emptyDisk(identity?: KnownIdentity): MemoryDisk {
  return { payments: new Map(), outbox: new Map(), identity, device: 1, lastSeq: 0 };
}

function promise(disk: MemoryDisk, payment: Payment): Outcome<Payment> {
  const known = disk.payments.get(payment.id);
  if (known) return accept(known);
  if (payment.device !== disk.device || payment.seq !== disk.lastSeq + 1) {
    return refuse('sequence_taken');
  }
  const same = [...disk.payments.values()].filter(
    (other) => other.requestDigest === payment.requestDigest,
  );
  if (payment.once && same.some(occupiesRequest)) return refuse('already_paying');
  if (disk.outbox.size >= OUTBOX_ITEMS_MAX) return refuse('outbox_full');
  disk.payments.set(payment.id, payment);
  disk.outbox.set(payment.id, outboxEntryOf(payment));
  disk.lastSeq = payment.seq;
  return accept(payment);
}

function cancel(disk: MemoryDisk, id: string): Outcome<Payment> {
  const payment = disk.payments.get(id);
  if (!payment) return refuse('not_found');
  if (payment.state === 'cancelled') return accept(payment);
  const entry = disk.outbox.get(id);
  if (!entry || entry.sentAtMs !== undefined) return refuse('cancel_too_late');
  const cancelled = step(payment, { kind: 'cancel' });
  disk.payments.set(id, cancelled);
  disk.outbox.delete(id);
  return accept(cancelled);
}

/** Everything happens when a method is called, as a transaction does; the answer comes later. */
export function createMemoryStore(disk: MemoryDisk): Store {
  return {
    readIdentity: async () => disk.identity,
    writeIdentity: async (identity, readAtMs) => {
      disk.identity = { ...identity, readAtMs };
    },
    promise: async (payment) => promise(disk, payment),
    cancel: async (id) => cancel(disk, id),
    readPayment: async (id) => disk.payments.get(id),
    readOutbox: async () => [...disk.outbox.values()].sort((a, b) => a.seq - b.seq),
    async claim(ids, nowMs) {
      const claimed: OutboxEntry[] = [];
      for (const id of ids) {
        const entry = disk.outbox.get(id);
        if (!entry) continue;
        const sent = { ...entry, sentAtMs: entry.sentAtMs ?? nowMs };
        disk.outbox.set(id, sent);
        claimed.push(sent);
      }
      return claimed;
    },
    async settle(id, receipt, bytes, epoch): Promise<Settled> {
      const payment = disk.payments.get(id);
      if (!payment) throw new Error('a payment without its record');
      const settled = withReceipt(payment, receipt, bytes, epoch);
      disk.payments.set(id, settled);
      disk.outbox.delete(id);
      if (settled === payment) return 'known';
      return settled.contradiction ? 'contradicted' : 'settled';
    },
    async readForgotten(epoch, sinceMs, { store, after: [begin = 0] = [] }) {
      const end = begin + RECEIPTED_PAGE_MAX;
      const page = [...disk.payments.values()].slice(begin, end);
      const entries = page.filter(
        (payment): payment is Payment & ReceiptedEntry =>
          payment.createdAtMs >= sinceMs && isForgotten(payment, epoch),
      );
      return page.length > 0 ? { entries, next: { store, after: [end] } } : { entries };
    },
    async quarantine(id, code, nowMs) {
      const entry = disk.outbox.get(id);
      if (!entry) return;
      const sinceMs = entry.quarantine?.sinceMs ?? nowMs;
      disk.outbox.set(id, { ...entry, quarantine: { code, sinceMs, offeredAtMs: nowMs } });
    },
  };
}
