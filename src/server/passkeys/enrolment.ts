/** Owns what a device is told once it belongs to an account. */
import { type Bytes, toBase64url } from '#protocol/bytes.ts';
import { assert } from '#protocol/refusals.ts';
import type { Enrolment } from '#protocol/wire.ts';
import { certifiedState } from '../accounts/account-state.ts';
import type { Services } from '../services.ts';

export async function enrolmentOf(
  services: Services,
  account: Bytes,
  device: number,
  credentialId: Bytes,
): Promise<Enrolment> {
  const state = await certifiedState(services, account);
  assert(state !== undefined, 'a passkey belongs to an account');
  return { account: state, device, credentialId: toBase64url(credentialId) };
}
