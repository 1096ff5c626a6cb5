/** Owns the rehearsal: whether this phone's passkey signs with the network off. Only trying tells. */
import { assert, type Outcome } from '#protocol/refusals.ts';
import { ROUTES } from '#protocol/routes.ts';
import type { ServerIdentity } from '#protocol/wire.ts';
import { approve } from '../passkey.ts';
import type { Wallet } from '../wallet-model.ts';

const PROBE_TIMEOUT_MS = 3_000;
const CHALLENGE_LENGTH = 32;

/** True when nothing of the server can be reached: tried, not asked of the phone. */
export async function networkIsOff(): Promise<boolean> {
  try {
    await fetch(ROUTES.healthz.path, {
      cache: 'no-store',
      signal: AbortSignal.timeout(PROBE_TIMEOUT_MS),
    });
    return false;
  } catch {
    return true;
  }
}

/** Call it in a tap, with the network off: a real approval of nothing. */
export function rehearse(wallet: Wallet, identity: ServerIdentity): Promise<Outcome<unknown>> {
  const state = wallet.state.peek();
  assert(state !== undefined, 'only somebody with a wallet rehearses');
  return approve(wallet.random.bytes(CHALLENGE_LENGTH), {
    credentialId: state.credentialId,
    rpId: identity.rpId,
  });
}

export async function recordRehearsal(wallet: Wallet, can: boolean): Promise<void> {
  await wallet.store.writeCanPayOffline(can);
  wallet.notice.changed('wallet');
  await wallet.reread();
}
