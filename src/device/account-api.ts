/** Owns the JSON calls for accounts: each answers an Outcome, `unavailable` when nobody answered. */
import type { Outcome } from '#protocol/refusals.ts';
import type {
  AccountState,
  Enrolment,
  EnrolmentBody,
  EnrolmentOptionsBody,
  PayeeProfile,
  ProfileForm,
  ServerIdentity,
  SignInBody,
  Statement,
} from '#protocol/wire.ts';

/** WebAuthn Level 3 JSON: handed to the browser unread. */
export type CeremonyOptions = Readonly<Record<string, unknown>>;

export type LiveState = 'connecting' | 'live' | 'silent';

export type LiveListener = {
  /** Something was posted: read the statement again from the cursor you hold. */
  changed(): void;
  state?(state: LiveState): void;
};

/**
 * No method throws for a fault of the world. Besides the server's own refusals: `unavailable` when
 * nothing, or nothing of ours, answered (offline, captive portal, time out).
 */
export type AccountApi = {
  enrolmentOptions(body: EnrolmentOptionsBody): Promise<Outcome<CeremonyOptions>>;
  enrol(body: EnrolmentBody): Promise<Outcome<Enrolment>>;
  signInOptions(): Promise<Outcome<CeremonyOptions>>;
  signIn(body: SignInBody): Promise<Outcome<Enrolment>>;
  signOut(): Promise<Outcome<undefined>>;
  /** A device number for this installation, when signed in already. */
  enrolDevice(): Promise<Outcome<Enrolment>>;
  readAccount(): Promise<Outcome<AccountState>>;
  writeProfile(profile: ProfileForm): Promise<Outcome<AccountState>>;
  /** Entries after `afterVersion`, oldest first; read again until `version` is reached. */
  readStatement(afterVersion: number): Promise<Outcome<Statement>>;
  readPayee(account: string): Promise<Outcome<PayeeProfile>>;
  readIdentity(): Promise<Outcome<ServerIdentity>>;
  /** Live updates until closed; reconnects by itself. */
  events(afterVersion: number, listener: LiveListener): { close(): void };
};

export function createAccountApi(options: { readonly timeoutMs?: number } = {}): AccountApi {
  throw new Error(`not built yet ${options.timeoutMs ?? ''}`);
}
