// Requests of IndexedDB that fail where a test says; restoring the mocks heals it.
import { vi } from 'vitest';

const METHODS = ['get', 'getAll', 'getAllKeys', 'put', 'add', 'delete', 'count'] as const;

/** Lets each call through until the one at `index`, and from there as often as `times` fails it. */
export function failRequests(errorName: string, index: number, times = 1): { calls(): number } {
  let calls = 0;
  for (const method of METHODS) {
    const original = IDBObjectStore.prototype[method];
    vi.spyOn(IDBObjectStore.prototype, method).mockImplementation(function (
      this: IDBObjectStore,
      ...args: unknown[]
    ) {
      const at = calls++;
      if (at >= index && at < index + times) throw new DOMException('injected', errorName);
      return Reflect.apply(original, this, args);
    });
  }
  const { getAll } = IDBIndex.prototype;
  vi.spyOn(IDBIndex.prototype, 'getAll').mockImplementation(function (this: IDBIndex, ...args) {
    const at = calls++;
    if (at >= index && at < index + times) throw new DOMException('injected', errorName);
    return Reflect.apply(getAll, this, args);
  });
  return { calls: () => calls };
}
