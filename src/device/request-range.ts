/** Owns the range of an index's keys that belong to one request. */

/** [digest] ≤ key ≤ [digest, anything]: arrays sort after numbers. Newest first. */
export function requestRange(digest: string): IDBKeyRange {
  return IDBKeyRange.bound([digest], [digest, [[]]]);
}
