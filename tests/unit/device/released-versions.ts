// Phones as every released version of the database left them, to be switched on by the wallet of today.
import { type Bytes, fromBase64url } from '#protocol/bytes.ts';
import version1 from './released/version-1.json';
import version2 from './released/version-2.json';

type KeyPath = string | string[] | null;
type Record = readonly [key: unknown, value: unknown];

export type ReleasedPhone = {
  readonly version: number;
  readonly stores: readonly {
    readonly name: string;
    readonly keyPath: KeyPath;
    readonly indexes: readonly (readonly [string, KeyPath])[];
    readonly records: readonly (readonly [IDBValidKey, unknown])[];
  }[];
};

/** JSON has neither: `{"$bigint": "1"}` and `{"$bytes": "AQ"}` stand for them. */
function revived(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(revived);
  if (typeof value !== 'object' || value === null) return value;
  const fields = Object.entries(value);
  const [name, text] = fields[0] ?? [];
  if (name === '$bigint') return BigInt(text);
  if (name === '$bytes') return fromBase64url(text) satisfies Bytes | null;
  return Object.fromEntries(fields.map(([key, field]) => [key, revived(field)]));
}

type Written = {
  readonly version: number;
  readonly stores: {
    readonly [name: string]: {
      readonly keyPath: KeyPath;
      readonly indexes: { readonly [name: string]: KeyPath };
      readonly records: readonly unknown[];
    };
  };
};

function phoneOf({ version, stores }: Written): ReleasedPhone {
  return {
    version,
    stores: Object.entries(stores).map(([name, { keyPath, indexes, records }]) => ({
      name,
      keyPath,
      indexes: Object.entries(indexes),
      records: (revived(records) as Record[]).map(([key, value]) => [key as IDBValidKey, value]),
    })),
  };
}

export const RELEASED: readonly ReleasedPhone[] = [version1, version2].map((written) =>
  phoneOf(written as unknown as Written),
);

function untilEnd(tx: IDBTransaction): Promise<void> {
  return new Promise((resolve, reject) => {
    tx.oncomplete = () => resolve();
    tx.onabort = () => reject(tx.error);
  });
}

function openRaw(name: string, version: number, upgrade?: (db: IDBDatabase) => void) {
  return new Promise<IDBDatabase>((resolve, reject) => {
    const opening = indexedDB.open(name, version);
    opening.onupgradeneeded = () => upgrade?.(opening.result);
    opening.onsuccess = () => resolve(opening.result);
    opening.onerror = () => reject(opening.error);
  });
}

function makeStores(db: IDBDatabase, { stores }: ReleasedPhone): void {
  for (const { name, keyPath, indexes } of stores) {
    const store = db.createObjectStore(name, { keyPath });
    for (const [index, path] of indexes) if (path !== null) store.createIndex(index, path);
  }
}

export async function layDown(name: string, phone: ReleasedPhone): Promise<void> {
  const db = await openRaw(name, phone.version, (made) => makeStores(made, phone));
  const tx = db.transaction([...db.objectStoreNames], 'readwrite');
  for (const { name: store, keyPath, records } of phone.stores) {
    for (const [key, value] of records) {
      tx.objectStore(store).put(value, keyPath === null ? key : undefined);
    }
  }
  await untilEnd(tx);
  db.close();
}

/** Every record of these stores, past the wallet. */
export async function lookInto(
  name: string,
  version: number,
  stores: readonly string[],
): Promise<Map<string, readonly (readonly [IDBValidKey, unknown])[]>> {
  const db = await openRaw(name, version);
  const tx = db.transaction([...stores]);
  const asked = stores.map((store) => {
    const table = tx.objectStore(store);
    return [store, table.getAllKeys(), table.getAll()] as const;
  });
  await untilEnd(tx);
  db.close();
  return new Map(
    asked.map(([store, keys, values]) => [
      store,
      keys.result.map((key, at) => [key, values.result[at]] as const),
    ]),
  );
}
