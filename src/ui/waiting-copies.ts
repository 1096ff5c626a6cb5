/** Owns the copy of what waits: every payment without a receipt as a line of text, own ones and those taken. */
import { readSpares, type SpareShelf } from '#device/spare-copies.ts';
import { authorizationToQrText } from '#protocol/authorization.ts';
import type { TakenCounterfoil } from '#wallet/offline-records.ts';
import type { Payment } from '#wallet/payment.ts';
import type { WalletStore } from '#wallet/ports.ts';
import { carriedText } from './counterfoil-text.ts';
import { shortAccount } from './text/format.ts';

export type WaitingCopy = {
  readonly id: string;
  readonly direction: 'out' | 'in';
  /** The other side: a name where it is known, else the account id, cut. */
  readonly name: string;
  readonly amountMinor: bigint;
  readonly currency: number;
  /** `CFC:` with its guarantee where this phone has it, else `CFA:`. */
  readonly text: string;
};

type Source = Pick<WalletStore, 'readPromised' | 'readHome'>;

function ownCopy(payment: Payment): WaitingCopy {
  const { id, payee, payeeName, amountMinor, currency } = payment;
  const name = payeeName || shortAccount(payee);
  return { id, direction: 'out', name, amountMinor, currency, text: carriedText(payment) };
}

function takenCopy(taken: TakenCounterfoil): WaitingCopy {
  const { id, payer, amountMinor, currency, authorization } = taken;
  const text = authorizationToQrText(authorization);
  return { id, direction: 'in', name: shortAccount(payer), amountMinor, currency, text };
}

/** Own payments first. Whoever gets a line may deliver it. */
export async function readWaitingCopies(store: Source): Promise<WaitingCopy[]> {
  const [promised, home] = await Promise.all([store.readPromised(), store.readHome(0)]);
  return [...promised.map(ownCopy), ...home.taken.map(takenCopy)];
}

/** The same from the copies beside the database, for when that cannot be read. */
export async function readSpareCopies(shelf: SpareShelf): Promise<WaitingCopy[]> {
  const spares = await readSpares(shelf);
  return spares.map((spare) =>
    spare.kind === 'promised' ? ownCopy(spare.payment) : takenCopy(spare.taken),
  );
}
