// Remembers the first verdict that anybody saw of each payment, and holds every later one against it (I4, I13).
import { type Bytes, equalBytes, toBase64url } from '#protocol/bytes.ts';
import { ANSWER_MEDIA_TYPE, decodePaymentsAnswer } from '#protocol/payments-answer.ts';
import { decodeReceipt, type Receipt } from '#protocol/receipt.ts';
import type { HttpAnswer } from '#wallet/ports.ts';
import { must } from './broken.ts';

export type Restored = {
  readonly known: ReadonlySet<string>;
  readonly held: ReadonlySet<string>;
  readonly open: ReadonlySet<string>;
  /** Were accepted, as phones can prove: nobody is told until `untilS` that they were not. */
  readonly upheld: ReadonlySet<string>;
  readonly untilS: number;
};

export type VerdictBook = {
  /** One verdict; within an epoch the very same receipt. */
  see(receipt: Bytes, by: string): void;
  witness(answer: HttpAnswer): void;
  readonly first: ReadonlyMap<string, Bytes>;
  /**
   * The server is as it was when it knew `known`. Of what it has forgotten, the verdicts that phones hold
   * stand; but who brings such a payment without its receipt (`open`) may be told another.
   */
  restored(what: Restored): void;
  /** Statements begin anew then. */
  readonly wasRestored: boolean;
  /** Whether a second verdict of it is nobody's fault. */
  isOpen(id: string): boolean;
};

function agree(known: Bytes, bytes: Bytes, receipt: Receipt): boolean {
  const before = decodeReceipt(known);
  if (!before.ok || before.value.epoch === receipt.epoch) return equalBytes(known, bytes);
  return before.value.verdict === receipt.verdict && before.value.code === receipt.code;
}

export function createVerdictBook(): VerdictBook {
  const first = new Map<string, Bytes>();
  const seen = new WeakSet<Bytes>();
  const open = new Set<string>();
  let restore: Restored | undefined;

  function isUpheld(id: string, { verdict, settledAtS }: Receipt): boolean {
    const isBound = restore?.upheld.has(id) && settledAtS <= restore.untilS;
    return !isBound || verdict === 'accepted';
  }

  function see(bytes: Bytes, by: string): void {
    if (seen.has(bytes)) return;
    const receipt = decodeReceipt(bytes);
    must(receipt.ok, 'I4', `${by} gave a receipt that cannot be read`);
    const id = toBase64url(receipt.value.paymentId);
    must(isUpheld(id, receipt.value), 'I4', `${by} takes back that ${id} was accepted`);
    if (open.has(id)) return;
    const known = first.get(id);
    if (known) must(agree(known, bytes, receipt.value), 'I4', `${by} says otherwise of ${id}`);
    else first.set(id, bytes);
    seen.add(bytes);
  }

  return {
    see,
    witness(answer) {
      if (answer.mediaType !== ANSWER_MEDIA_TYPE) return;
      const answers = decodePaymentsAnswer(answer.body);
      must(answers.ok, 'wire', `the server answers ${Buffer.from(answer.body).toString('hex')}`);
      for (const item of answers.value) {
        if (item.kind === 'receipt') see(item.receipt, 'the server');
      }
    },
    first,
    get wasRestored() {
      return restore !== undefined;
    },
    restored(what) {
      restore = what;
      const { known, held, open: unbound } = what;
      for (const id of [...first.keys()]) {
        if (known.has(id)) continue;
        if (unbound.has(id) || !held.has(id)) first.delete(id);
        if (unbound.has(id) && held.has(id)) open.add(id);
      }
    },
    isOpen: (id) => open.has(id),
  };
}
