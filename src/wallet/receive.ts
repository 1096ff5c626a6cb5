/** Owns the payee's side: making requests for one sale, static codes, and recognising that one was paid. */
import type { Bytes } from '#protocol/bytes.ts';
import type { Outcome } from '#protocol/refusals.ts';
import type { PayeeProfile, StatementEntry } from '#protocol/wire.ts';
import type { Random } from './ports.ts';
import type { ShownRequest } from './records.ts';

export const REQUEST_VALIDITY_MS = 15 * 60 * 1000;

/** What the payee asks. */
export type Asking = {
  /** Absent: the payer chooses. */
  readonly amountMinor?: bigint;
  readonly currency: number;
  readonly note?: string;
  readonly tipWelcome?: boolean;
  readonly validityMs?: number;
};

/** A request for one sale, with a fresh id. Store it before showing it. Refusals of `writePaymentRequest`. */
export function makeRequest(
  asking: Asking,
  profile: PayeeProfile,
  server: Bytes,
  world: { readonly nowMs: number; readonly random: Random },
): Outcome<ShownRequest> {
  throw new Error(`not built yet ${asking.currency} ${profile.name} ${server} ${world.nowMs}`);
}

/** The text of a code to print: no id, no end, any number of payments. */
export function makeStaticRequest(
  asking: Pick<Asking, 'amountMinor' | 'currency' | 'tipWelcome'>,
  profile: PayeeProfile,
  server: Bytes,
): Outcome<string> {
  throw new Error(`not built yet ${asking.currency} ${profile.name} ${server}`);
}

/** The request as this entry leaves it, or undefined when the entry does not pay it or it is paid already. */
export function payRequest(request: ShownRequest, entry: StatementEntry): ShownRequest | undefined {
  throw new Error(`not built yet ${request.digest} ${entry.version}`);
}
