// A phone for the storage's contract: its database, other tabs, and what damage does to it.

import { openWalletDatabase, SCHEMA_VERSION, type WalletDatabase } from '#device/database.ts';
import { createPaymentStore } from '#device/payment-store.ts';
import { type Payment, step } from '#wallet/payment.ts';
import type { WalletStore } from '#wallet/ports.ts';
import { samplePayment, sampleReceipt, WALLET } from '../wallet/samples.ts';
import { codeOf, demand, expectEqual } from './expectations.ts';

export type Phone = {
  readonly name: string;
  readonly database: WalletDatabase;
  readonly store: WalletStore;
  /** Another tab, or the worker, on the same database. */
  tab(): { readonly database: WalletDatabase; readonly store: WalletStore };
  /** Ends this tab and begins a new one. */
  restart(): Phone;
  /** Writes past the store, as damage does. */
  damage(store: string, value: unknown, key?: string): Promise<void>;
  raw(store: string, key: string): Promise<unknown>;
  close(): void;
};

export type ContractCase = {
  readonly name: string;
  run(phone: Phone): Promise<void>;
};

function rawRequest<T>(
  name: string,
  mode: 'readonly' | 'readwrite',
  store: string,
  act: (target: IDBObjectStore) => IDBRequest<T>,
): Promise<T> {
  return new Promise((resolve, reject) => {
    const opening = indexedDB.open(name, SCHEMA_VERSION);
    opening.onerror = () => reject(opening.error);
    opening.onsuccess = () => {
      const tx = opening.result.transaction(store, mode);
      const request = act(tx.objectStore(store));
      tx.oncomplete = () => {
        opening.result.close();
        resolve(request.result);
      };
      tx.onerror = () => reject(tx.error);
    };
  });
}

export function switchOn(name: string): Phone {
  const open = () => {
    const database = openWalletDatabase({ name });
    return { database, store: createPaymentStore(database) };
  };
  const { database, store } = open();
  return {
    name,
    database,
    store,
    tab: open,
    restart() {
      database.close();
      return switchOn(name);
    },
    async damage(target, value, key) {
      // So that there is a database to damage.
      await store.readSettings();
      await rawRequest<IDBValidKey>(name, 'readwrite', target, (s) =>
        key === undefined ? s.put(value) : s.put(value, key),
      );
    },
    raw: (target, key) => rawRequest(name, 'readonly', target, (s) => s.get(key)),
    close: () => database.close(),
  };
}

export async function enrolled(phone: Phone): Promise<void> {
  expectEqual(codeOf(await phone.store.writeWallet(WALLET)), 'ok');
}

export async function promised(phone: Phone, count: number): Promise<Payment[]> {
  const payments: Payment[] = [];
  for (let seq = 1; seq <= count; seq++) {
    const payment = samplePayment(seq);
    expectEqual(codeOf(await phone.store.promise(payment)), 'ok', `promise ${seq}`);
    payments.push(payment);
  }
  return payments;
}

export async function settled(phone: Phone, payment: Payment): Promise<Payment> {
  const { receipt, bytes } = sampleReceipt(payment);
  expectEqual(await phone.store.settle(payment.id, receipt, bytes), 'settled');
  return step(payment, { kind: 'receipt', receipt, bytes });
}

/** Without the key of its index, which storage adds. */
export function plain(payment: Payment | undefined): object {
  const { newest: _key, ...rest } = { newest: 0, ...demand(payment) };
  return rest;
}

export const ids = (list: readonly { readonly id: string }[]) => list.map(({ id }) => id);
