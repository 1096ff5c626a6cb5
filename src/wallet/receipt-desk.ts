/** Owns whom the relay believes: receipts under the server's keys, which are asked for once when unknown. */
import { type Bytes, equalBytes } from '#protocol/bytes.ts';
import type { Receipt } from '#protocol/receipt.ts';
import { accept, type Outcome, refuse } from '#protocol/refusals.ts';
import type { ServerIdentity } from '#protocol/wire.ts';
import { checkReceipt } from './check-receipt.ts';
import type { Clock, OutboxStore, Transport, VerifyEs256 } from './ports.ts';

export type ReceiptDesk = {
  /** Refusals: those of `checkReceipt`; an unknown key, also after asking, is receipt_not_this_server. */
  believe(bytes: Bytes): Promise<Outcome<Receipt>>;
};

/** Good for one pass of the relay: so long it does not ask for the keys twice. */
export function openReceiptDesk(
  parts: {
    readonly store: OutboxStore;
    readonly transport: Transport;
    readonly verify: VerifyEs256;
    readonly clock: Clock;
  },
  timeoutMs: number,
): ReceiptDesk {
  const { store, transport, verify, clock } = parts;
  let asked = false;

  /** The server may have a new key. It may not become another server. */
  async function askIdentity(known?: ServerIdentity): Promise<ServerIdentity | undefined> {
    if (asked) return undefined;
    asked = true;
    const answer = await transport.readIdentity(timeoutMs);
    if (!answer.ok) return undefined;
    if (known && !equalBytes(known.server, answer.value.server)) return undefined;
    await store.writeIdentity(answer.value, clock.nowMs());
    return answer.value;
  }

  return {
    async believe(bytes) {
      let identity = (await store.readIdentity()) ?? (await askIdentity());
      while (identity) {
        const checked = await checkReceipt(bytes, identity, verify);
        if (checked.ok) {
          // It says that the server was restored, which its own word is asked for.
          if (checked.value.epoch > identity.epoch) await askIdentity(identity);
          return accept(checked.value);
        }
        if (checked.refusal !== 'key_unknown') return { ok: false, refusal: checked.refusal };
        identity = await askIdentity(identity);
      }
      return refuse('receipt_not_this_server', 'no such key');
    },
  };
}
