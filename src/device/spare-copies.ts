/** Owns a second copy of every promise that waits, apart from the database: for the day that one is found broken (F25). */
import { fromBase64url, toBase64url } from '#protocol/bytes.ts';
import type { Payment } from '#wallet/payment.ts';
import type { WalletStore } from '#wallet/ports.ts';
import { promisedPayment, type SeenWords } from '#wallet/promised-payment.ts';

/** Where the copies lie. Chromium and WebKit keep it in other files than the database. */
export type SpareShelf = {
  keep(id: string, text: string): Promise<void>;
  drop(id: string): Promise<void>;
  ids(): Promise<string[]>;
  read(id: string): Promise<string | undefined>;
};

const CACHE_NAME = 'spare-copies';
const PATH = '/spare-copies/';

/** Undefined where there is no Cache Storage: then there are no spare copies. */
export function createSpareShelf(): SpareShelf | undefined {
  if (typeof caches === 'undefined') return undefined;
  const open = () => caches.open(CACHE_NAME);
  return {
    keep: async (id, text) => (await open()).put(PATH + id, new Response(text)),
    drop: async (id) => {
      await (await open()).delete(PATH + id);
    },
    ids: async () => {
      const requests = await (await open()).keys();
      return requests.map(({ url }) => new URL(url).pathname.slice(PATH.length));
    },
    read: async (id) => (await (await open()).match(PATH + id))?.text(),
  };
}

function writeCopy({ authorization, requestText, payeeName, createdAtMs }: Payment): string {
  const words: SeenWords = { requestText, payeeName, createdAtMs };
  return JSON.stringify({ ...words, authorization: toBase64url(authorization) });
}

/** The bytes are the truth and name themselves; of the words, whatever can still be read. */
function readCopy(id: string, text: string): Payment | undefined {
  let fields: { readonly [name: string]: unknown };
  try {
    fields = Object(JSON.parse(text));
  } catch {
    return undefined;
  }
  const { authorization, requestText, payeeName, createdAtMs } = fields;
  const bytes = typeof authorization === 'string' ? fromBase64url(authorization) : null;
  const payment =
    bytes &&
    promisedPayment(bytes, {
      requestText: typeof requestText === 'string' ? requestText : '',
      payeeName: typeof payeeName === 'string' ? payeeName : '',
      createdAtMs: Number.isSafeInteger(createdAtMs) ? Number(createdAtMs) : 0,
    });
  return payment?.ok && payment.value.id === id ? payment.value : undefined;
}

async function bringBack(store: WalletStore, shelf: SpareShelf, id: string): Promise<boolean> {
  const copy = readCopy(id, (await shelf.read(id)) ?? '');
  return copy !== undefined && store.restore(copy);
}

/**
 * Makes shelf and outbox agree: what waits has a copy, what has ended has none, and a promise that
 * the database does not know is brought back. Answers how many were. A database that cannot be read
 * throws, and nothing is dropped for it.
 */
export async function mirrorOutbox(store: WalletStore, shelf: SpareShelf): Promise<number> {
  const waiting = await store.readOutbox();
  const kept = new Set(await shelf.ids());
  for (const { id } of waiting) {
    const payment = kept.has(id) ? undefined : await store.readPayment(id);
    if (payment) await shelf.keep(id, writeCopy(payment));
    kept.delete(id);
  }
  let back = 0;
  for (const id of kept) {
    const payment = await store.readPayment(id);
    // What became of it is in the database, so the copy has done its service.
    if (payment) await shelf.drop(id);
    else if (await bringBack(store, shelf, id)) back++;
  }
  return back;
}
