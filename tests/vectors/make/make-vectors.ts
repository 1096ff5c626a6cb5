// Owns which files of vectors we make, and their text: the same on every machine and every day.
import { makeAllowances } from './make-allowances.ts';
import { makeAuthorizations } from './make-authorizations.ts';
import { makeCounterfoils } from './make-counterfoils.ts';
import { makeExchanges } from './make-exchanges.ts';
import { makeNameCertificates } from './make-name-certificates.ts';
import { makeOrders } from './make-orders.ts';
import { makeReceipts } from './make-receipts.ts';
import { makeKeys } from './test-keys.ts';

const FILES: Readonly<Record<string, () => unknown>> = {
  'keys.json': makeKeys,
  'orders.json': makeOrders,
  'authorizations.json': makeAuthorizations,
  'allowances.json': makeAllowances,
  'counterfoils.json': makeCounterfoils,
  'name-certificates.json': makeNameCertificates,
  'receipts.json': makeReceipts,
  'exchanges.json': makeExchanges,
};

/** File name and text of each. */
export function makeVectors(): [string, string][] {
  return Object.entries(FILES).map(([name, make]) => [
    name,
    `${JSON.stringify(make(), null, 1)}\n`,
  ]);
}
