/** Owns wallets' patience: the same bytes are sent again, to whoever answers, until there is a receipt for each. */
import { setTimeout as delay } from 'node:timers/promises';
import { decodeAuthorization } from '#protocol/authorization.ts';
import { type Bytes, equalBytes, toBase64url } from '#protocol/bytes.ts';
import {
  decodePaymentsAnswer,
  decodeReceiptsAnswer,
  encodeReceiptsQuery,
} from '#protocol/payments-answer.ts';
import { decodeReceipt } from '#protocol/receipt.ts';
import { RECEIPT_IDS_MAX, ROUTES } from '#protocol/routes.ts';
import { connectTo } from './remote-server.ts';
import { upload, type WalletServer } from './server-wallet.ts';

const PAUSE_MS = 60;
const PATIENCE_MS = 90_000;
/** A server may try for a while before it says that it does not know; for ever it may not. */
const SILENCE_MS = 40_000;

/** A request that hangs is a fault of its own, and not the silence of somebody who died. */
class Hangs extends Error {}

async function inTime<T>(work: Promise<T>, what: string): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Hangs(`${what} hangs`)), SILENCE_MS);
  });
  return Promise.race([work, late]).finally(() => clearTimeout(timer));
}

/**
 * Several processes as one server: a request that one of them leaves unanswered is made again at the
 * next. `addresses` says anew each time whom to ask, and in which order.
 */
export function anyOf(addresses: () => readonly string[], origin: string): WalletServer {
  return {
    party: { rpId: 'localhost', origin },
    nowMs: () => Date.now(),
    async inject(request) {
      const endMs = Date.now() + PATIENCE_MS;
      for (let turn = 0; Date.now() < endMs; turn++) {
        const order = addresses();
        const address = order[turn % order.length] ?? '';
        const asked = connectTo(address, origin).inject(request);
        const response = await inTime(asked, `${request.url} at ${address}`).catch((error) => {
          if (error instanceof Hangs) throw error;
        });
        // 503 and 429 say nothing about the request but that it may come again.
        if (response && response.statusCode !== 503 && response.statusCode !== 429) return response;
        if (turn % order.length === order.length - 1) await delay(PAUSE_MS);
      }
      throw new Error(`nobody answered ${request.url}`);
    },
  };
}

export const idOf = (authorization: Bytes): Bytes => {
  const read = decodeAuthorization(authorization);
  if (!read.ok) throw new Error(read.refusal.code);
  return read.value.id;
};

export type Carrier = {
  /** Sends until it holds a receipt for each, and keeps the receipts. */
  carry(items: readonly Bytes[], server?: WalletServer): Promise<void>;
  /** Every payment that somebody holds a receipt for. */
  readonly receipts: ReadonlyMap<string, Bytes>;
  /** Verdicts of the receipts, with their codes, counted. */
  verdicts(): Record<string, number>;
  /** Those whose receipt the server no longer has, or has otherwise: there must be none. */
  missingAt(server: WalletServer): Promise<string[]>;
};

/** A receipt that was given once is the only one there may ever be. */
export function createCarrier(through: WalletServer): Carrier {
  const receipts = new Map<string, Bytes>();
  const ids = new Map<string, Bytes>();

  function keep(item: Bytes, receipt: Bytes): void {
    const id = idOf(item);
    const key = toBase64url(id);
    const before = receipts.get(key);
    if (before && !equalBytes(before, receipt)) throw new Error(`${key} has two receipts`);
    receipts.set(key, receipt);
    ids.set(key, id);
  }

  return {
    receipts,
    async carry(items, server = through) {
      const endMs = Date.now() + PATIENCE_MS;
      let open = items;
      while (open.length > 0) {
        if (Date.now() > endMs) throw new Error(`${open.length} payments found no receipt`);
        const response = await upload(server, open);
        if (response.statusCode !== 200) throw new Error(`${response.statusCode} ${response.body}`);
        const answers = decodePaymentsAnswer(new Uint8Array(response.rawPayload));
        if (!answers.ok) throw new Error(answers.refusal.code);
        open = open.filter((item, index) => {
          const answer = answers.value[index];
          if (answer?.kind === 'receipt') keep(item, answer.receipt);
          else if (answer?.code !== 'unavailable') throw new Error(`refused: ${answer?.code}`);
          return answer.kind !== 'receipt';
        });
      }
    },
    verdicts() {
      const counts: Record<string, number> = {};
      for (const bytes of receipts.values()) {
        const receipt = decodeReceipt(bytes);
        if (!receipt.ok) throw new Error(receipt.refusal.code);
        const said = receipt.value.code ?? receipt.value.verdict;
        counts[said] = (counts[said] ?? 0) + 1;
      }
      return counts;
    },
    async missingAt(server) {
      const missing: string[] = [];
      const keys = [...receipts.keys()];
      for (let start = 0; start < keys.length; start += RECEIPT_IDS_MAX) {
        const some = keys.slice(start, start + RECEIPT_IDS_MAX);
        const response = await server.inject({
          method: 'POST',
          url: ROUTES.receipts.path,
          headers: { 'content-type': 'application/cbor' },
          payload: Buffer.from(
            encodeReceiptsQuery(some.map((key) => ids.get(key) ?? new Uint8Array())),
          ),
        });
        const stored = decodeReceiptsAnswer(new Uint8Array(response.rawPayload));
        if (!stored.ok) throw new Error(stored.refusal.code);
        some.forEach((key, index) => {
          const receipt = stored.value[index];
          const held = receipts.get(key);
          if (!receipt || !held || !equalBytes(receipt, held)) missing.push(key);
        });
      }
      return missing;
    },
  };
}
