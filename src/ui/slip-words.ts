/** Owns which words a payment's slip shows: what is true now, and whether a person may still act. Pure. */
import type { PaymentState } from '#wallet/payment.ts';
import type { OutboxEntry, PaymentStory } from '#wallet/records.ts';

/** `here`: nobody else has seen it; `sent`: it may be at the server; `aside`: the server did not take it. */
export type SlipStage = Exclude<PaymentState, 'promised'> | 'here' | 'sent' | 'aside';

export function slipStage({ payment, entry }: PaymentStory): SlipStage {
  if (payment.state !== 'promised') return payment.state;
  if (entry?.quarantine) return 'aside';
  // Without its outbox entry it is being settled at this moment: certainly seen by others.
  return entry && entry.sentAtMs === undefined ? 'here' : 'sent';
}

export function isWaiting(stage: SlipStage): boolean {
  return stage === 'here' || stage === 'sent' || stage === 'aside';
}

/** Only who was shown it can bring it; that this phone tried to send it proves nothing of either. */
export function sentWords(entry: OutboxEntry | undefined, covered: boolean) {
  if (entry?.shownAtMs === undefined) return covered ? 'slip.promised-tried' : 'slip.promised-sent';
  return covered ? 'slip.promised-shown' : 'slip.promised-handed';
}
