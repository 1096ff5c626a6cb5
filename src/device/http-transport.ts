/** Owns carrying authorizations to the server by fetch; whatever comes back, it never throws. */
import type { Transport } from '#wallet/ports.ts';

export function createHttpTransport(): Transport {
  throw new Error('not built yet');
}
