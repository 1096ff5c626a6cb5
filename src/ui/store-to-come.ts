/** Owns standing in for the store until its code is here: every method waits for it, then is its own. */
import type { WalletStore } from '#wallet/ports.ts';

/** Works because every method of a store answers a promise already. */
export function storeToCome(load: () => Promise<WalletStore>): WalletStore {
  return new Proxy(Object.create(null), {
    get:
      (_, name) =>
      async (...args: unknown[]): Promise<unknown> => {
        const store = await load();
        const method: unknown = Reflect.get(store, name);
        if (typeof method !== 'function') throw new TypeError(`a store has no ${String(name)}`);
        return method.apply(store, args);
      },
  });
}
