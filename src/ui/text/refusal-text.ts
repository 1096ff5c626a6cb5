/** Owns the shape of what a person is told when something is refused. */
import type { RefusalCode } from '#protocol/refusals.ts';

/** What happened, to the money first of all, and what to do next. */
export type RefusalText = { readonly what: string; readonly next: string };

/** A code added to the refusal table without words for people does not compile. */
export type RefusalTexts = { readonly [Code in RefusalCode]: RefusalText };

/** Where a person asked for something that is no payment: nothing waits, and nothing is tried again by itself. */
export type AskedTexts = Pick<
  RefusalTexts,
  | 'unavailable'
  | 'overloaded'
  | 'request_timeout'
  | 'too_many_requests'
  | 'internal'
  | 'credential_unknown'
  | 'credential_revoked'
  | 'store_not_saved'
  | 'approval_cancelled'
>;
