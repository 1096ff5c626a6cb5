/** Owns what the first screen does without: relay with its triggers, and the calls for the account. */
import type { AccountApi } from '#device/account-api.ts';
import type { Triggers } from '#device/triggers.ts';

export type Engine = {
  readonly api: AccountApi;
  readonly triggers: Triggers;
  /** Reads account and statement from the server and stores them; quietly does nothing without network. */
  refresh(): Promise<void>;
};
