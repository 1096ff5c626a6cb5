/** Owns a second copy of all that waits, promises and counterfoils, apart from the database: for the day that one is found broken (F25). */
import { type Bytes, fromBase64url, toBase64url } from '#protocol/bytes.ts';
import { isRefusalCode } from '#protocol/refusals.ts';
import type { TakenCounterfoil } from '#wallet/offline-records.ts';
import type { Payment } from '#wallet/payment.ts';
import type { WalletStore } from '#wallet/ports.ts';
import { promisedPayment, type SeenWords } from '#wallet/promised-payment.ts';
import { type TakenWords, takenRecord } from '#wallet/taken-counterfoil.ts';

/** Where the copies lie. Chromium and WebKit keep it in other files than the database. */
export type SpareShelf = {
  keep(id: string, text: string): Promise<void>;
  drop(id: string): Promise<void>;
  ids(): Promise<string[]>;
  read(id: string): Promise<string | undefined>;
};

const CACHE_NAME = 'spare-copies';
const PATH = '/spare-copies/';
/** Behind an id, in whose letters it is not. */
const HANDED_OVER = '.handed-over';

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

function writeCopy({ authorization, requestText, payeeName, createdAtMs, cover }: Payment): string {
  const words: SeenWords = { requestText, payeeName, createdAtMs };
  return JSON.stringify({
    ...words,
    authorization: toBase64url(authorization),
    ...(cover && { cover: toBase64url(cover) }),
  });
}

function writeTakenCopy({ authorization, ...taken }: TakenCounterfoil): string {
  const { takenAtMs, guaranteed, doubt, allowance } = taken;
  const words: TakenWords = {
    takenAtMs,
    guaranteed,
    ...(doubt && { doubt }),
    ...(allowance && { allowance }),
  };
  return JSON.stringify({ ...words, carried: true, authorization: toBase64url(authorization) });
}

type CopyFields = { readonly [name: string]: unknown };

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function momentOf(value: unknown): number {
  return Number.isSafeInteger(value) ? Number(value) : 0;
}

function readCopyFields(text: string): CopyFields {
  try {
    return Object(JSON.parse(text));
  } catch {
    return {};
  }
}

/** The bytes are the truth and name themselves; of the words, whatever can still be read. */
function readCopy(authorization: Bytes, fields: CopyFields): Payment | undefined {
  const cover = fromBase64url(textOf(fields.cover));
  const payment = promisedPayment(authorization, {
    requestText: textOf(fields.requestText),
    payeeName: textOf(fields.payeeName),
    createdAtMs: momentOf(fields.createdAtMs),
    ...(cover?.length && { cover }),
  });
  return payment.ok ? payment.value : undefined;
}

function readTakenCopy(authorization: Bytes, fields: CopyFields): TakenCounterfoil | undefined {
  const doubt = textOf(fields.doubt);
  const allowance = textOf(fields.allowance);
  const taken = takenRecord(authorization, {
    takenAtMs: momentOf(fields.takenAtMs),
    guaranteed: fields.guaranteed === true,
    ...(isRefusalCode(doubt) && { doubt }),
    ...(allowance && { allowance }),
  });
  return taken.ok ? taken.value : undefined;
}

type Spare =
  | { readonly kind: 'promised'; readonly payment: Payment }
  | { readonly kind: 'taken'; readonly taken: TakenCounterfoil };

/** Undefined for a copy that is damaged itself, or lies under another's name. */
async function readSpare(shelf: SpareShelf, id: string): Promise<Spare | undefined> {
  const fields = readCopyFields((await shelf.read(id)) ?? '');
  const bytes = fromBase64url(textOf(fields.authorization));
  if (!bytes) return undefined;
  if (fields.carried === true) {
    const taken = readTakenCopy(bytes, fields);
    return taken?.id === id ? { kind: 'taken', taken } : undefined;
  }
  const payment = readCopy(bytes, fields);
  return payment?.id === id ? { kind: 'promised', payment } : undefined;
}

/** All that can be read of the shelf: for the day on which the database cannot be, nor replaced. */
export async function readSpares(shelf: SpareShelf): Promise<Spare[]> {
  const ids = (await shelf.ids()).filter((id) => !id.endsWith(HANDED_OVER));
  const spares = await Promise.all(ids.map((id) => readSpare(shelf, id)));
  return spares.filter((spare) => spare !== undefined);
}

/** Remembers, while the database cannot, that somebody else may have seen this promise. */
export async function markHandedOver(shelf: SpareShelf, id: string): Promise<void> {
  await shelf.keep(id + HANDED_OVER, '');
}

async function bringBack(store: WalletStore, shelf: SpareShelf, id: string): Promise<boolean> {
  const spare = await readSpare(shelf, id);
  if (spare?.kind === 'taken') return store.restoreTaken(spare.taken);
  return spare !== undefined && store.restore(spare.payment);
}

/** Then it can no longer be withdrawn. What comes back counts as sent by itself. */
async function settleMarks(store: WalletStore, shelf: SpareShelf, kept: Set<string>) {
  const marks = [...kept].filter((id) => id.endsWith(HANDED_OVER));
  for (const mark of marks) {
    await store.handOver(mark.slice(0, -HANDED_OVER.length), 0);
    await shelf.drop(mark);
    kept.delete(mark);
  }
}

/** What the database knows of it, as a copy; undefined when it knows nothing. */
async function copyOf(store: WalletStore, id: string): Promise<string | undefined> {
  const payment = await store.readPayment(id);
  if (payment) return writeCopy(payment);
  const taken = await store.readTaken(id);
  return taken && writeTakenCopy(taken);
}

/**
 * Makes shelf and outbox agree: what waits has a copy, what has ended has none, and a promise that
 * the database does not know is brought back. Answers how many were. A database that cannot be read
 * throws, and nothing is dropped for it.
 */
export async function mirrorOutbox(store: WalletStore, shelf: SpareShelf): Promise<number> {
  const waiting = await store.readOutbox();
  const kept = new Set(await shelf.ids());
  await settleMarks(store, shelf, kept);
  for (const { id } of waiting) {
    const copy = kept.has(id) ? undefined : await copyOf(store, id);
    if (copy !== undefined) await shelf.keep(id, copy);
    kept.delete(id);
  }
  let back = 0;
  for (const id of kept) {
    // What became of it is in the database, so the copy has done its service.
    if ((await copyOf(store, id)) !== undefined) await shelf.drop(id);
    else if (await bringBack(store, shelf, id)) back++;
  }
  return back;
}
