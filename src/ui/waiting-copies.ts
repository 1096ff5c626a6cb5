/** Owns the copy of what waits: every payment without a receipt as a line of text, own ones and those taken. */
import { authorizationToQrText } from '#protocol/authorization.ts';
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

/** Own payments first. Whoever gets a line may deliver it. */
export async function readWaitingCopies(store: Source): Promise<WaitingCopy[]> {
  const [promised, home] = await Promise.all([store.readPromised(), store.readHome(0)]);
  const own = promised.map((payment): WaitingCopy => {
    const { id, payee, payeeName, amountMinor, currency } = payment;
    const name = payeeName || shortAccount(payee);
    return { id, direction: 'out', name, amountMinor, currency, text: carriedText(payment) };
  });
  const taken = home.taken.map(
    ({ id, payer, amountMinor, currency, authorization }): WaitingCopy => ({
      id,
      direction: 'in',
      name: shortAccount(payer),
      amountMinor,
      currency,
      text: authorizationToQrText(authorization),
    }),
  );
  return [...own, ...taken];
}
